import { getMigrations } from 'better-auth/db/migration';
import { expect, it } from 'vitest';
import { onEachDatabase, openAuth } from './auth.house.js';

onEachDatabase((open) => {
  it('Better Auth misses no table, column or index after our migrations', async () => {
    await using place = await open();
    await using house = await openAuth(place);
    // The adapter alone does not tell it where to look.
    const database = { db: house.database.kysely, type: house.database.dialect };
    const options = { ...house.auth.for({}).options, database };
    const wishes = await getMigrations(options, { throwOnUnsafe: false });
    expect(wishes).toMatchObject({
      toBeCreated: [],
      toBeAdded: [],
      toBeAddedIndexes: [],
      unsafeChanges: [],
      schemaProblems: [],
    });
  });

  it('leaves nothing of a person behind but what they said', async () => {
    await using place = await open();
    await using house = await openAuth(place);
    const guest = await house.provider.createGuest({ headers: {} });
    const other = await house.provider.createGuest({ headers: {} });
    await house.tables.deleteFrom('user').where('id', '=', guest.user.id).execute();
    const left = await house.tables.selectFrom('session').select('userId').execute();
    expect(left).toEqual([{ userId: other.user.id }]);
  });
});
