/** Files that are not connections: databases, Redis, logs, and pages that are being sent. */
export const KEPT_FILES = 64;

interface Report {
  userLimits?: { open_files?: { soft: number | 'unlimited' } };
}

/** How many files this process may have open; `Infinity` where nobody says. Takes some milliseconds: asked once. */
export function openFilesLimit(): number {
  if (!process.report) return Infinity;
  const { userLimits } = process.report.getReport() as Report;
  const soft = userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}
