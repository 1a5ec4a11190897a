/** Tests of gateways, hooks and whole rooms, for teams that build on the chat. */
export {
  Communicator,
  type CommunicatorOptions,
  HandshakeRefused,
  type Received,
  Refused,
} from './communicator.js';
export { type RunningChat, startChat, type StartChatOptions } from './start-chat.js';
