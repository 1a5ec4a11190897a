import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LISTED, type PresenceNews, ToldPresence } from '../../src/chat/told-presence.js';
import type { User } from '../../src/protocol/index.js';

const person = (n: number, name = `P${n}`): User => ({ id: `p${n}`, name });
const ofAll = (people: readonly User[]) => new Map(people.map((user) => [user.id, user]));
const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => person(from + n));

/** A client's list, as our page keeps it. */
class List {
  readonly shown: Map<string, User>;

  constructor(answer: { members: User[] }) {
    this.shown = ofAll(answer.members);
  }

  hear(news: PresenceNews | undefined): void {
    for (const id of news?.left ?? []) this.shown.delete(id);
    for (const user of news?.joined ?? []) this.shown.set(user.id, user);
  }
}

describe('what clients are told', () => {
  it('is who came, who went, and who is called otherwise now', () => {
    const told = new ToldPresence();
    const [ann, bob, cleo] = [person(1, 'Ann'), person(2, 'Bob'), person(3, 'Cleo')];
    expect(told.next(ofAll([ann, bob]))).toEqual({ online: 2, joined: [ann, bob], left: [] });
    const anna = { ...ann, name: 'Anna' };
    expect(told.next(ofAll([anna, cleo]))).toEqual({ online: 2, joined: [anna, cleo], left: [bob.id] });
    expect(told.next(ofAll([anna, cleo]))).toBeUndefined();
  });

  it('is only how many, in a crowd, and nothing where that has not changed', () => {
    const told = new ToldPresence();
    expect(told.next(ofAll(many(MAX_LISTED + 1)))).toEqual({ online: MAX_LISTED + 1, joined: [], left: [] });
    expect(told.isCrowd).toBe(true);
    expect(told.next(ofAll(many(MAX_LISTED + 1, 1)))).toBeUndefined();
    expect(told.list(ofAll(many(MAX_LISTED + 1, 1)))).toEqual({ members: [], online: MAX_LISTED + 1 });
  });

  it('is everybody, when a crowd is over: also for who came in it, and of who went in it', () => {
    const told = new ToldPresence();
    told.next(ofAll(many(MAX_LISTED)));
    const early = new List(told.list(ofAll(many(MAX_LISTED))));
    const crowd = many(MAX_LISTED + 20);
    early.hear(told.next(ofAll(crowd)));
    const late = new List(told.list(ofAll(crowd)));
    const rest = ofAll(crowd.slice(30));
    const news = told.next(rest);
    for (const list of [early, late]) {
      list.hear(news);
      expect(list.shown).toEqual(rest);
    }
  });

  it('takes out somebody who was in one answer, and gone before the others were told', () => {
    const told = new ToldPresence();
    const list = new List(told.list(ofAll(many(2))));
    list.hear(told.next(ofAll(many(1))));
    expect(list.shown).toEqual(ofAll(many(1)));
  });

  it('always makes of every list what is, whenever its owner came', () => {
    // Eight stand for forty each, so that three of them are a crowd.
    const crowdOf = (who: readonly number[]) => ofAll(who.flatMap((n) => many(40, n * 40)));
    const step = fc.record({ who: fc.uniqueArray(fc.nat(7), { maxLength: 4 }), comes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const told = new ToldPresence();
        const lists: List[] = [];
        for (const { who, comes } of steps) {
          const everyone = crowdOf(who);
          // Whoever comes asks before the others are told.
          if (comes) lists.push(new List(told.list(everyone)));
          const news = told.next(everyone);
          for (const list of lists) {
            list.hear(news);
            if (everyone.size <= MAX_LISTED) expect(list.shown).toEqual(everyone);
          }
        }
      }),
      { seed: 5 },
    );
  });
});
