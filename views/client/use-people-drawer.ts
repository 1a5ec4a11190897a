import { useEffect, useState } from 'preact/hooks';

/** From here on the people have a column of their own; the same as in `people.css`. */
const WIDE = '(min-width: 1121px)';

/**
 * The people, where they lie over the page: the focus goes to them and comes back, and what is below is out of reach
 * meanwhile. Who turns the screen, so that they have a column again, is not left with a page that answers nothing.
 */
export function usePeopleDrawer(): { isOpen: boolean; show(open: boolean): void } {
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return;
    const wide = matchMedia(WIDE);
    const end = (): void => setIsOpen(false);
    wide.addEventListener('change', end);
    return () => wide.removeEventListener('change', end);
  }, [isOpen]);
  return {
    isOpen,
    show(open) {
      setIsOpen(open);
      const next = open ? '.people-close' : '.people-button';
      requestAnimationFrame(() => document.querySelector<HTMLElement>(next)?.focus());
    },
  };
}
