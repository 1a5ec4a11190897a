import { useEffect, useState } from 'preact/hooks';

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The time as of the first rendering, and again when `until` has come: 0 before the script knows. */
export function useNow(until: string | null): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    if (until === null) return;
    const wait = Math.min(Date.parse(until) - Date.now(), MAX_TIMEOUT_MS);
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, wait) + 50);
    return () => clearTimeout(timer);
  }, [until]);
  return now;
}
