import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { User } from '../protocol/index.js';
import { FanOut } from '../socket/fan-out.js';
import { LiveRooms } from './live-rooms.js';
import { type NodeHint, NodeLink } from './node-link.js';
import { RateLimits } from './rate-limits.js';
import { RoomService } from './room.service.js';

/** Who is typing. Ephemeral: at most once, and the first thing to be dropped. */
@Injectable()
export class TypingService implements OnModuleInit, OnApplicationShutdown {
  private stopListening?: () => void;

  constructor(
    private readonly rooms: RoomService,
    private readonly liveRooms: LiveRooms,
    private readonly link: NodeLink,
    private readonly fanOut: FanOut,
    private readonly limits: RateLimits,
  ) {}

  onModuleInit(): void {
    this.stopListening = this.link.listen((hint) => this.hear(hint));
  }

  onApplicationShutdown(): void {
    this.stopListening?.();
  }

  /** Throws `rate_limited` where it comes more often than once in three seconds, and what a send is refused with. */
  async typing(user: User, roomName: string): Promise<void> {
    this.limits.type(user.id);
    const { room } = await this.rooms.access.require('send', user, roomName);
    this.tell(room.id, user);
    this.link.say('chat.typing', room.id, user);
  }

  private hear({ type, topic, body }: NodeHint): void {
    if (type === 'chat.typing') this.tell(topic, User.parse(body));
  }

  private tell(roomId: string, user: User): void {
    const live = this.liveRooms.get(roomId);
    if (!live) return;
    const data = { room: live.room.name, user };
    this.fanOut.deliver(roomId, { event: 'typing', data }, { ephemeral: true, exceptUser: user.id });
  }
}
