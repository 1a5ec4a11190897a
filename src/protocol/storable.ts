import { z } from 'zod';

/** Neither half a surrogate pair nor NUL, which not every database can store in UTF-8 text. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Text that reaches a database, if only to be looked for. Lengths in UTF-16 units. */
export const storable = (least: number, most: number) =>
  z.string().min(least).max(most).refine(isStorable, 'well-formed Unicode without NUL');
