import { crc32 } from 'node:zlib';

/** Which of `hosts` Redis servers a value belongs to: channels_redis' rule, so that both sides look at the same one. */
export function hostIndex(value: string, hosts: number): number {
  return hosts < 2 ? 0 : Math.floor((crc32(value) & 0xfff) / (4096 / hosts));
}
