import { DjangoBridgeModule, type DjangoBridgeOptions, djangoGroup } from '../../src/django-bridge/index.js';
import { ChannelLayer, type LayerMessage, type MemoryBus, MemoryChannelLayer } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

/** A Django process in the room's group: what it hears, and what it says. */
export class Django {
  readonly heard: LayerMessage[] = [];

  private constructor(private readonly layer: MemoryChannelLayer) {}

  static async in(bus: MemoryBus, ...rooms: string[]): Promise<Django> {
    const django = new Django(new MemoryChannelLayer({}, bus));
    const channel = await django.layer.newChannel();
    django.layer.receive(channel).subscribe((message) => void django.heard.push(message));
    for (const room of rooms) await django.layer.groupAdd(djangoGroup(room), channel);
    return django;
  }

  say(room: string, message: LayerMessage[string], more: Partial<LayerMessage> = {}): Promise<void> {
    return this.layer.groupSend(djangoGroup(room), {
      type: 'chat_message',
      message,
      ...more,
    } as LayerMessage);
  }

  get texts() {
    return this.heard.map(({ message }) => message);
  }

  close = () => this.layer.close();
}

/** A chat whose lobby is shared with who is on the same bus. */
export function startBridged(
  bus: MemoryBus,
  options: Partial<DjangoBridgeOptions> = {},
  providers: object[] = [],
) {
  const imports = [DjangoBridgeModule.forRoot({ rooms: ['lobby'], ...options })];
  return startChat({
    imports,
    providers: providers as never[],
    override: (builder) =>
      builder.overrideProvider(ChannelLayer).useFactory({ factory: () => new MemoryChannelLayer({}, bus) }),
  });
}
