import { Injectable, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { ChatError, type Draft, type Message, MessageHook, type MessageHooks } from '../../src/index.js';
import { startChat } from '../../src/testing/index.js';

@Injectable()
class ForbiddenWords {
  private readonly words = new Set(['darn', 'heck']);

  in(text: string): boolean {
    return text.split(/\W+/).some((word) => this.words.has(word.toLowerCase()));
  }
}

@Injectable()
class AuditTrail {
  readonly lines: string[] = [];
}

/** Refuses what nobody should read. Asked first: what comes after it need not look again. */
@Injectable()
@MessageHook({ order: 1 })
class Moderator implements MessageHooks {
  constructor(private readonly forbidden: ForbiddenWords) {}

  beforeStore(draft: Draft): Draft {
    if (this.forbidden.in(draft.text)) throw new ChatError('forbidden', 'please rephrase that');
    return draft;
  }
}

/** Hides what looks like a card number, and writes down who said something. */
@Injectable()
@MessageHook({ order: 2 })
class Redactor implements MessageHooks {
  constructor(private readonly audit: AuditTrail) {}

  beforeStore(draft: Draft): Draft {
    return { ...draft, text: draft.text.replace(/\b(?:\d[ -]?){13,16}\b/g, '••••') };
  }

  afterStore({ user, room, seq }: Message): void {
    this.audit.lines.push(`${user.name} in ${room}: ${seq}`);
  }
}

@Module({ providers: [ForbiddenWords, AuditTrail, Moderator, Redactor] })
class ModerationModule {}

describe('a moderation module', () => {
  it('refuses, changes and watches what is said, wherever it comes from', async () => {
    await using chat = await startChat({ imports: [ModerationModule] });
    const ann = await chat.connect('Ann', { path: '/ws/chat/lobby/' });
    const page = await chat.connect(undefined, { dialect: 'plain', path: '/ws/chat/lobby/' });

    page.say('What the HECK');
    expect(await page.next()).toEqual({ error: { code: 'forbidden', message: 'please rephrase that' } });

    const text = 'my card is 4111 1111 1111 1111, thanks';
    await ann.request('message.send', { room: 'lobby', text, clientId: crypto.randomUUID() });
    expect(await page.next()).toMatchObject({ message: 'my card is ••••, thanks', seq: 1 });
    expect(chat.app.get(AuditTrail).lines).toEqual(['Ann in lobby: 1']);
  });
});
