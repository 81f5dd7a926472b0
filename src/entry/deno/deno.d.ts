/** The part of Deno's API that the entry uses. Deno's own types conflict with Node's in one project. */
declare namespace Deno {
	interface ServeOptions {
		hostname: string;
		port: number;
		automaticCompression?: boolean;
		onListen(address: { hostname: string; port: number }): void;
		onError(error: unknown): Response;
	}
	interface ServeInfo {
		remoteAddr: { hostname: string };
		/** Resolves when the response has been sent. */
		completed: Promise<void>;
	}
	interface HttpServer {
		finished: Promise<void>;
		shutdown(): Promise<void>;
	}
	interface Writer {
		/** Resolves with the number of bytes that were written. */
		write(bytes: Uint8Array): Promise<number>;
		writeSync(bytes: Uint8Array): number;
	}
	interface ChildProcess {
		readonly stdout: ReadableStream<Uint8Array<ArrayBuffer>>;
		readonly stderr: ReadableStream<Uint8Array<ArrayBuffer>>;
		status: Promise<{ code: number; signal: Signal | 'SIGKILL' | null }>;
		kill(signal: Signal | 'SIGKILL'): void;
	}
	type Signal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

	function serve(options: ServeOptions, handler: (request: Request, info: ServeInfo) => Promise<Response>): HttpServer;
	function addSignalListener(signal: Signal, listener: () => void): void;
	const args: readonly string[];
	const stdin: { readonly readable: ReadableStream<Uint8Array<ArrayBuffer>> };
	const stdout: Writer;
	const stderr: Writer;
	function execPath(): string;
	function exit(code: number): never;

	interface Connection {
		readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
		write(bytes: Uint8Array): Promise<number>;
	}
	function connect(address: { hostname: string; port: number }): Promise<Connection>;

	interface HttpClient {
		close(): void;
	}
	function createHttpClient(options: { proxy?: { url: string } }): HttpClient;

	interface DirEntry {
		name: string;
		isDirectory: boolean;
	}

	function readFileSync(file: string): Uint8Array<ArrayBuffer>;
	function readDirSync(folder: string): Iterable<DirEntry>;
	const errors: { NotFound: new () => Error };

	interface CommandOptions {
		args: string[];
		stdin: 'null' | 'piped';
		stdout?: 'piped';
		stderr?: 'piped';
		env: Record<string, string>;
	}
	class Command {
		constructor(program: string, options: CommandOptions);
		spawn(): ChildProcess;
		output(): Promise<{ stdout: Uint8Array<ArrayBuffer> }>;
	}

	const version: { deno: string };
	const env: {
		get(name: string): string | undefined;
		set(name: string, value: string): void;
		delete(name: string): void;
		toObject(): Record<string, string>;
	};
	const permissions: {
		querySync(wanted: { name: 'env'; variable?: string } | { name: 'net'; host: string }): { state: string };
	};
}

interface RequestInit {
	/** Of Deno's `fetch`. */
	client?: Deno.HttpClient;
}
