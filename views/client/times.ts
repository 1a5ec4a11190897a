/** How instants are written. The server knows no reader's zone: it writes UTC, and the browser writes them anew. */
export interface Times {
  /** `14:32` */
  time(at: string): string;
  /** Names the day that an instant belongs to; equal for two instants of one day. */
  dayOf(at: string): string;
  day(at: string): string;
  /** For lists: the time today, else the day, shortly. */
  short(at: string): string;
  /** A moment to come, as exactly as one waits for it: the time today, else with its day. */
  until(at: string): string;
  /** In full, for a tooltip. */
  full(at: string): string;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

export const utcTimes: Times = {
  time: (at) => at.slice(11, 16),
  dayOf: (at) => at.slice(0, 10),
  day: (at) => `${Number(at.slice(8, 10))} ${monthOf(at)} ${at.slice(0, 4)}`,
  short: (at) => `${Number(at.slice(8, 10))} ${monthOf(at).slice(0, 3)}`,
  until: (at) => `${utcTimes.short(at)}, ${at.slice(11, 16)} UTC`,
  full: (at) => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`,
};

function monthOf(at: string): string {
  return MONTHS[Number(at.slice(5, 7)) - 1] ?? '';
}

/** The reader's zone and language. `now` is asked anew each time: "today" ends at midnight. */
export function localTimes(now: () => number, locale?: string, timeZone?: string): Times {
  const format = (options: Intl.DateTimeFormatOptions): ((at: string | number) => string) => {
    const formatter = new Intl.DateTimeFormat(
      locale,
      timeZone === undefined ? options : { ...options, timeZone },
    );
    return (at) => formatter.format(new Date(at));
  };
  const time = format({ timeStyle: 'short' });
  const key = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const weekday = format({ weekday: 'long' });
  const thisYear = format({ weekday: 'long', day: 'numeric', month: 'long' });
  const anyYear = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const shortDay = format({ day: 'numeric', month: 'short' });
  const shortWeekday = format({ weekday: 'short' });
  const year = format({ year: 'numeric' });
  const full = format({ dateStyle: 'full', timeStyle: 'short' });
  const daysAgo = (at: string): number => {
    for (let days = 0; days < 7; days++) if (key(now() - days * 86_400_000) === key(at)) return days;
    return 7;
  };
  const days = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const capital = (words: string): string => words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
  return {
    time,
    dayOf: key,
    day(at) {
      const ago = daysAgo(at);
      if (ago < 2) return capital(days.format(-ago, 'day'));
      if (ago < 7) return capital(weekday(at));
      return year(at) === year(now()) ? thisYear(at) : anyYear(at);
    },
    short(at) {
      const ago = daysAgo(at);
      return ago === 0 ? time(at) : ago < 7 ? shortWeekday(at) : shortDay(at);
    },
    until: (at) => (key(at) === key(now()) ? time(at) : `${shortDay(at)}, ${time(at)}`),
    full,
  };
}
