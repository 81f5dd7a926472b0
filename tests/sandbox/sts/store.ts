import type { Adapter } from 'oidc-provider';

type Payload = Record<string, unknown>;
interface Entry {
	payload: Payload;
	/** Epoch milliseconds. */
	expiresAt: number;
}

/**
 * In-memory storage for `oidc-provider`. Its own in-memory adapter evicts the oldest of 1000 entries, which under load
 * would end valid sessions.
 */
export function createStore(): (model: string) => Adapter {
	const entries = new Map<string, Entry>();

	const live = (key: string): Payload | undefined => {
		const entry = entries.get(key);
		if (entry === undefined || entry.expiresAt > Date.now()) return entry?.payload;
		entries.delete(key);
		return undefined;
	};
	const search = (model: string, field: string, value: string): Promise<Payload | undefined> => {
		const prefix = `${model}:`;
		const key = [...entries.keys()].find(
			(name) => name.startsWith(prefix) && entries.get(name)?.payload[field] === value
		);
		return Promise.resolve(key === undefined ? undefined : live(key));
	};

	return (model) => ({
		upsert: (id, payload, expiresInSeconds) => {
			const lifetimeMs = expiresInSeconds === undefined ? Infinity : expiresInSeconds * 1000;
			entries.set(`${model}:${id}`, { payload, expiresAt: Date.now() + lifetimeMs });
			return Promise.resolve();
		},
		find: (id) => Promise.resolve(live(`${model}:${id}`)),
		findByUid: (uid) => search(model, 'uid', uid),
		findByUserCode: (userCode) => search(model, 'userCode', userCode),
		destroy: (id) => {
			entries.delete(`${model}:${id}`);
			return Promise.resolve();
		},
		consume: (id) => {
			const payload = live(`${model}:${id}`);
			if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
			return Promise.resolve();
		},
		revokeByGrantId: (grantId) => {
			for (const [key, { payload }] of entries) {
				if (key.startsWith(`${model}:`) && payload.grantId === grantId) entries.delete(key);
			}
			return Promise.resolve();
		}
	});
}
