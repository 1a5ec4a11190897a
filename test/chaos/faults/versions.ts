import { setTimeout as pause } from 'node:timers/promises';
import { Edition } from '../edition.js';
import { BrowserPage } from '../browser-page.js';
import { eventually, type Fault, play } from '../scenario.js';
import { tomorrow } from '../tomorrow.js';

export const F45: Fault = {
  id: 'F45',
  title: 'a newer server works beside an older one, and says what nobody knows yet',
  run: async (stage) => {
    await using newer = await Edition.make(tomorrow);
    return await play(stage, {
      nodes: 2,
      database: 'postgres',
      entryOf: (index) => (index === 0 ? newer.entry : undefined),
      fault: async ({ world, crowd, ms, note, expect }) => {
        const [room = ''] = crowd.rooms;
        await using pages = new AsyncDisposableStack();
        const open = await Promise.all([0, 1].map((home) => BrowserPage.open(world.node(home).url, room)));
        for (const page of open) pages.use(page);
        await pause(Math.max(3_000, ms(10_000)));
        for (const page of open) page.say('from the page of today');
        const shown = await eventually(
          () => open.every((page) => page.shows('from the page of today', 2)),
          10_000,
        );
        expect(shown !== undefined, 'the browser’s own client goes on beside what it does not know');
        for (const page of open) expect(await page.isTrue(), 'and shows everything once and in order');
        expect(open[0]?.heardOf('of.tomorrow') === true, 'it was told of tomorrow: else nothing was tested');
        note(`pages show ${open.map(({ length }) => length).join(' and ')} messages`);
        const quiet = world
          .node(1)
          .output.split('\n')
          .filter((line) => line.includes('tomorrow'));
        expect(quiet.length === 0, 'the older server ignores hints it does not know, without a word');
        const all = crowd.clients.every(({ closes }) => closes.length === 0);
        expect(all, 'nobody is disconnected');
      },
    });
  },
};
