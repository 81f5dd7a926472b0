import { AsyncLocalStorage } from 'node:async_hooks';

interface Held<Store> {
	store: Store | undefined;
}

/**
 * The framework's store of the current request, in place of an `AsyncLocalStorage` of its own. Deno's holds what it is given
 * longer than it has to, and with it all that a request has made (`docs/performance.md`). This one gives it nothing to hold once
 * the work is over.
 */
export class RequestStores<Store> {
	readonly #held = new AsyncLocalStorage<Held<Store>>();

	/** The store of the work that is asked from; `undefined` outside of any, and once that is over. */
	getStore(): Store | undefined {
		return this.#held.getStore()?.store;
	}

	/** Does work, and what follows from it until its promise is settled, with this store. */
	run<Result>(store: Store, work: () => Result): Result {
		const held: Held<Store> = { store };
		const letGo = () => void (held.store = undefined);
		let result: Result | undefined;
		try {
			return (result = this.#held.run(held, work));
		} finally {
			if (result instanceof Promise) result.then(letGo, letGo);
			else letGo();
		}
	}
}

// What the framework asks a module for.
export { RequestStores as AsyncLocalStorage };
