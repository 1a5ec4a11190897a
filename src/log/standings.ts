/** When a ban ends that does not: the last moment that a date can name. */
export const FOR_GOOD = 8_640_000_000_000_000;
