const MOST = 6;
/** Pictures, with what colours and joins them, and flags. Digits are emojis, too, in Unicode's book; not here. */
const EMOJIS = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s)+$/u;

/** Whether somebody said nothing but a few emojis. */
export function isEmojiOnly(text: string): boolean {
  // Far longer than any six are.
  if (text.length > 200 || !EMOJIS.test(text)) return false;
  const pictures =
    text.match(/(?:\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?!\u200d))/gu)?.length ?? 0;
  return pictures > 0 && pictures <= MOST;
}
