/**
 * What svelte-adapter-deno's server imports as its dependencies, evaluated before everything else in the build. The
 * adapter keeps one thing, the call into SvelteKit; files, headers, addresses, limits and shutdown are ours.
 */
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startLogging } from '../../lib/server/log';
import { readConfigOrExit } from '../read-config';
import { readStaticTable } from '../static-table';
import { type AdapterHandler, createServe } from './serve';
import { readGrantedEnvironment } from './environment';
import { listenOrExit } from './listen';

const environment = readGrantedEnvironment();
const config = readConfigOrExit(environment);
startLogging(config.logLevel);
// The adapter asks for the whole environment, which a process with named permissions can't have.
Deno.env.toObject = () => ({ ...environment });

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const files = await readStaticTable(folder('./client'), folder('./prerendered'));

/** Takes the place of the server that the adapter expects, as far as the adapter uses it. */
export class Application {
	#handler: AdapterHandler | undefined;

	use(handler: AdapterHandler): this {
		this.#handler = handler;
		return this;
	}

	/** The adapter would only print the address; we tell it ourselves, once we do listen. */
	addEventListener(): void {}

	/** Serves until the process is told to stop. */
	async listen(): Promise<void> {
		if (!this.#handler) throw new Error('listen() before use()');
		await listenOrExit(createServe(this.#handler, { ...config, files }), config.listen, config.shutdownDelayMs);
	}
}

/** No folder exists, as far as the adapter needs to know: files are answered from the table instead. */
export const exists = () => Promise.resolve(false);

export { dirname, extname, fileURLToPath as fromFileUrl, join };
