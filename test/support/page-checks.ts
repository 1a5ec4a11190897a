import type { Page } from 'playwright-core';

/**
 * What anybody would stumble over on the page as it is shown now, in words: it scrolls sideways, text that is hard to
 * tell from what is behind it (WCAG 2.2, 1.4.3), what is too small to hit (2.5.8), a control without a name (4.1.2).
 */
export function stumblingBlocks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement;
    const found: string[] = [];
    // Of the client, not of the window: a phone's window grows with what does not fit.
    if (root.scrollWidth > root.clientWidth)
      found.push(`scrolls sideways by ${root.scrollWidth - root.clientWidth}px`);

    const isShown = (element: Element): boolean => {
      const { width, height } = element.getBoundingClientRect();
      return (
        width > 2 &&
        height > 2 &&
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      );
    };
    const name = (element: Element): string =>
      `<${element.localName} class="${element.getAttribute('class') ?? ''}"> ${(element.textContent ?? '').trim().slice(0, 40)}`;

    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (!canvas) throw new Error('no canvas');
    const paint = (color: string): void => {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
    };
    const luminance = (): number => {
      const [red = 0, green = 0, blue = 0] = Array.from(canvas.getImageData(0, 0, 1, 1).data, (byte) => {
        const part = byte / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (element: Element): number => {
      const behind: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement)
        behind.unshift(getComputedStyle(at).backgroundColor);
      for (const color of ['white', ...behind]) paint(color);
      const ground = luminance();
      paint(getComputedStyle(element).color);
      const ink = luminance();
      return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
    };
    const hasWords = (element: Element): boolean =>
      [...element.childNodes].some((node) => node instanceof Text && /[\p{L}\p{N}]/u.test(node.data));
    for (const element of document.body.querySelectorAll('*')) {
      if (!hasWords(element) || !isShown(element) || element.matches('option, :disabled, svg *')) continue;
      const ratio = contrast(element);
      if (ratio < 4.5) found.push(`contrast of ${ratio.toFixed(1)}: ${name(element)}`);
    }

    const controls = document.querySelectorAll<
      HTMLElement & { labels?: NodeListOf<HTMLLabelElement> | null }
    >('a[href], button, summary, select, textarea, input:not([type=hidden])');
    for (const element of controls) {
      if (!isShown(element) || element.closest('[aria-hidden=true]')) continue;
      const { width, height } = element.getBoundingClientRect();
      // A link within a sentence is as high as its line.
      const isInline = getComputedStyle(element).display === 'inline';
      const label = element.labels?.[0];
      const isSmall = Math.min(width, height) < 23.5 && !isInline && !label;
      if (isSmall) found.push(`${Math.round(width)}×${Math.round(height)}px: ${name(element)}`);
      const words = [
        element.getAttribute('aria-label'),
        element.textContent,
        label?.textContent,
        element.title,
      ];
      if (!words.some((each) => each?.trim())) found.push(`without a name: ${name(element)}`);
    }
    return found;
  });
}
