import { createContext, type VNode } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import { localTimes, utcTimes, type Times } from '../client/times.js';

export const TimesContext = createContext<Times>(utcTimes);

/** UTC for the first rendering, which has to be the server's; the reader's own zone from then on. */
export function useTimes(): Times {
  const [times, setTimes] = useState(utcTimes);
  useEffect(() => setTimes(localTimes(() => Date.now())), []);
  return times;
}

export function At({ at, as }: { at: string; as: 'time' | 'day' | 'short' | 'until' }): VNode {
  const times = useContext(TimesContext);
  return (
    <time dateTime={at} title={times.full(at)}>
      {times[as](at)}
    </time>
  );
}
