import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Those that take a minute or more. Begun last, one of them would leave the other core with nothing to do. The short set of
 * chaos comes behind the others: it measures how fast it is noticed what is wrong, and has light company then.
 */
const longest = [
  'django/mixed-traffic',
  'rooms/privacy',
  'chaos/sensitivity',
  'browser/room',
  'channel-layer/redis-stall',
  'django/hostile',
  'e2e/kill',
  'e2e/two-processes',
  'django/stranger',
  'doctor/doctor.listen',
  'chaos/short',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.endsWith(`/test/${name}.spec.ts`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
