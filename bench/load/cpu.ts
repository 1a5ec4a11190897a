/** The share of one core that this process used since the call. */
export function startCpu(): () => number {
  const usage = process.cpuUsage();
  const began = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return (user + system) / 1_000 / (performance.now() - began);
  };
}
