import { roomPath } from '../client/room-name.js';

export function settingsPath(room: string, part = ''): string {
  return `${roomPath(room)}~settings/${part && `${part}/`}`;
}
