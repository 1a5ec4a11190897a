/**
 * Loaded with `--import` before anything written in TypeScript. An older Node cannot read such a file and
 * would answer with a stack trace; this answers with what to do. Plain JavaScript, so that every Node reads it.
 */
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `This needs Node 24 or later and found ${process.version}. "npm ci" brings it along; where install scripts ` +
      'are switched off, "npm rebuild node --ignore-scripts=false" does.',
  );
  process.exit(1);
}
