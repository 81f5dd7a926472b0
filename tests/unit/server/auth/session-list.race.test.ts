import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { createSessionList } from '$lib/server/auth/session-list';
import { createMemoryStore, type Store } from '$lib/server/store/store';
import { assertProperty } from '../../../harness/property';
import { SIGNED_IN_AT, someSession } from './session-fixture';

vi.mock('$lib/server/config', () => import('../configured'));

const secrets = ['a-secret-of-this-portal-0123456789-abcdef'];
const SESSIONS = 4;
const steps = fc.array(
	fc.record({
		what: fc.constantFrom('activity', 'activity', 'end'),
		session: fc.nat(SESSIONS - 1),
		instance: fc.nat(2)
	}),
	{ minLength: 1, maxLength: 20 }
);

// Ends during refreshes are part of the model in refresh.race.test.ts: a sign-out there leaves the cookie where it is.
test(
	'an ended session never returns to the list, and the other sessions stay, on three instances',
	{ timeout: 120_000 },
	() =>
		assertProperty(
			fc.asyncProperty(fc.scheduler(), steps, async (scheduler, steps) => {
				const memory = createMemoryStore();
				const shared: Store = {
					...memory,
					read: scheduler.scheduleFunction(memory.read),
					replace: scheduler.scheduleFunction(memory.replace)
				};
				const ended = new Set<string>();
				const listAt = (store: Store) =>
					createSessionList({
						store,
						secrets,
						idleSeconds: 0,
						isAvailable: () => Promise.resolve(true),
						isEnded: ({ id }) => Promise.resolve(ended.has(id)),
						unixNow: () => SIGNED_IN_AT * 1000
					});
				const instances = [shared, shared, shared].map(listAt);
				const used = new Set<string>();
				const running = steps.map(async ({ what, session, instance }) => {
					const id = `session-${session}`;
					if (what === 'end') {
						ended.add(id);
						await instances[instance]?.remove('user-1', (listed) => listed.id === id);
						return;
					}
					if (ended.has(id)) return;
					used.add(id);
					await instances[instance]?.noteActivity(someSession({ id }), null);
				});
				await scheduler.waitFor(Promise.all(running));
				const listed = await listAt(memory).read('user-1');
				const alive = [...used].filter((id) => !ended.has(id));
				expect(listed?.map(({ id }) => id).sort()).toEqual(alive.sort());
			}),
			{ numRuns: 100 }
		)
);
