import type { VNode } from 'preact';

const paths = {
  hash: ['M5 9h14', 'M5 15h14', 'M10.5 4 8.5 20', 'M15.5 4l-2 16'],
  people: [
    'M16 20v-1.5a3.5 3.5 0 0 0-3.5-3.5h-5A3.5 3.5 0 0 0 4 18.5V20',
    'M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z',
    'M20.5 20v-1.5a3.5 3.5 0 0 0-2.6-3.4',
    'M15.5 4.7a3.5 3.5 0 0 1 0 6.6',
  ],
  send: ['M12 19V5', 'M5.5 11.5 12 5l6.5 6.5'],
  plus: ['M12 5.5v13', 'M5.5 12h13'],
  back: ['M15 5.5 8.5 12l6.5 6.5'],
  forward: ['M9 5.5 15.5 12 9 18.5'],
  down: ['M12 5v14', 'M5.5 12.5 12 19l6.5-6.5'],
  clock: ['M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z', 'M12 7.5V12l3 1.8'],
  check: ['M5 12.5 10 17.5 19.5 7'],
  alert: ['M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z', 'M12 8v4.5', 'M12 15.9v.1'],
  close: ['M6.5 6.5l11 11', 'M17.5 6.5l-11 11'],
  pencil: [
    'M4.5 19.5l.9-3.8L16.2 4.9a1.8 1.8 0 0 1 2.6 0l.3.3a1.8 1.8 0 0 1 0 2.6L8.3 18.6l-3.8.9Z',
    'M14.5 6.6l2.9 2.9',
  ],
  smile: [
    'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17Z',
    'M8.4 14a4.4 4.4 0 0 0 7.2 0',
    'M9.2 9.6v.2',
    'M14.8 9.6v.2',
  ],
  trash: ['M5 7h14', 'M9.5 7V4.8h5V7', 'M7 7l.8 12.2h8.4L17 7', 'M10.4 10.8v5', 'M13.6 10.8v5'],
  search: ['M10.8 17.6a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6Z', 'M15.8 15.8 20 20'],
  lock: ['M6.5 11h11v8.5h-11Z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3'],
  settings: [
    'M4 7h9',
    'M18 7h2',
    'M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
    'M4 17h2',
    'M11 17h9',
    'M8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  ],
  link: [
    'M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3',
    'M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.1-1.1',
  ],
  chat: ['M20 11.5a7.5 7.5 0 0 1-11 6.6L4.5 19.5l1.4-4.4A7.5 7.5 0 1 1 20 11.5Z'],
  offline: [
    'M3 3.5l18 17',
    'M8.6 14.6a4.8 4.8 0 0 1 5.6-.9',
    'M5.3 11.2a9.6 9.6 0 0 1 3.9-2.2',
    'M13.2 8.5a9.6 9.6 0 0 1 5.5 2.7',
    'M12 18.4v.1',
  ],
} as const;

export type IconName = keyof typeof paths;

/** What kind of room it is. */
export const kindIcons = { public: 'hash', private: 'lock', direct: 'people' } as const;

/** Beside words, never instead of them: hidden from assistive technology. */
export function Icon({ name, class: className = '' }: { name: IconName; class?: string }): VNode {
  return (
    <svg class={`icon ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {paths[name].map((path) => (
        <path d={path} key={path} />
      ))}
    </svg>
  );
}
