import type { ComponentType } from 'preact';
import type { RoomFormPages } from '../../src/protocol/room-pages.js';
import { InvitePage } from './invite.js';
import { NewRoomPage } from './new-room.js';
import { PersonPage } from './person.js';
import { RoomSettingsPage } from './settings.js';

type RoomViews = {
  [Name in RoomFormPages['view']]: ComponentType<{ data: Extract<RoomFormPages, { view: Name }> }>;
};

export const roomViews: RoomViews = {
  invite: InvitePage,
  'new-room': NewRoomPage,
  person: PersonPage,
  'room-settings': RoomSettingsPage,
};
