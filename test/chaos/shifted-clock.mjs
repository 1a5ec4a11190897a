// Loaded before a server: its clock is CLOCK_SHIFT_MS ahead (or behind, where negative), and with SIGUSR2 it leaps to as
// much on the other side. What is monotonic stays so.
const RealDate = Date;
let shift = Number(process.env.CLOCK_SHIFT_MS ?? 0);

globalThis.Date = class Date extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(RealDate.now() + shift);
    else super(...given);
  }

  static now() {
    return RealDate.now() + shift;
  }
};

process.on('SIGUSR2', () => {
  shift = -shift;
});
