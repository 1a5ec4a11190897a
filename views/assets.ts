import { readFileSync } from 'node:fs';

interface Chunk {
  file: string;
  isEntry?: boolean;
  css?: string[];
}

/** The addresses of the browser's script and styles, from the manifest of the bundler. Throws where there is none. */
export function readAssets(manifestPath: string, base = '/assets/'): { scripts: string[]; styles: string[] } {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as Record<string, Chunk>;
  const scripts = new Set<string>();
  const styles = new Set<string>();
  for (const { file, isEntry, css = [] } of Object.values(manifest)) {
    if (isEntry) (file.endsWith('.css') ? styles : scripts).add(base + file);
    for (const sheet of css) styles.add(base + sheet);
  }
  return { scripts: [...scripts], styles: [...styles] };
}
