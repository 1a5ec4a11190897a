/** As a part of a path. A lone surrogate, which nothing of ours has, must not end a page. */
export function pathPart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
