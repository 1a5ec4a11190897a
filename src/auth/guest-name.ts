import { randomInt } from 'node:crypto';

/** Kind words only: people did not choose them, and others read them. */
const adjectives =
  'Amber Bold Brave Bright Brisk Calm Cheerful Clever Cosy Curious Daring Eager Early Fair Gentle Glad Golden Happy Honest Jolly Keen Kind Lively Lucky Mellow Merry Nimble Noble Patient Playful Polite Proud Quick Quiet Ready Rosy Shiny Silver Smart Snowy Sunny Swift Tidy Upbeat Warm Wise Witty Zesty'.split(
    ' ',
  );
const animals =
  'Alpaca Badger Beaver Bison Camel Cat Crane Deer Dolphin Dove Duck Eagle Falcon Ferret Finch Fox Gecko Hare Hedgehog Heron Ibex Jay Kestrel Koala Lark Lemur Lion Lynx Marten Mole Newt Otter Owl Panda Penguin Puffin Rabbit Raven Robin Seal Sparrow Squirrel Stork Swan Tiger Turtle Walrus Wombat'.split(
    ' ',
  );

/** `below(n)` gives a whole number from 0 to n - 1. */
type Chance = (below: number) => number;

/** A name to be called by until one chooses another, such as `Quiet Otter 427`. Not unique: ids are. */
export function guestName(chance: Chance = randomInt): string {
  return `${pick(adjectives, chance)} ${pick(animals, chance)} ${100 + chance(900)}`;
}

function pick(words: readonly string[], chance: Chance): string {
  return words[chance(words.length)] ?? 'Guest';
}
