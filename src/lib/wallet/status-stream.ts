import { sessionUrl, type StatusAnswer, statusOf } from './api';
import { isRecord } from './portal-fetch';

/** What was heard of one session. */
export interface StatusUpdate {
	readonly sessionId: string;
	readonly answer: StatusAnswer;
}
export type OnUpdate = (update: StatusUpdate) => void;

/** As much of the browser's EventSource as is used. */
export type OpenEventSource = (url: string) => EventSource;

/** A stream without a first event by then counts as broken: some proxies pass the head on and hold the body back. */
const FIRST_EVENT_MS = 2000;

/**
 * Follows sessions by one stream of server-sent events. Resolves to `ended` after the last status of all, `broken` when the
 * first event does not arrive in time, the stream breaks, or the signal aborts. It never reconnects: the caller decides how
 * to go on.
 */
export function followStream(
	sessionIds: readonly string[],
	onUpdate: OnUpdate,
	signal: AbortSignal,
	openSource: OpenEventSource = (url) => new EventSource(url)
): Promise<'ended' | 'broken'> {
	const [first = '', ...others] = sessionIds;
	const query = others.length > 0 ? `?also=${others.join(',')}` : '';
	return new Promise((resolve) => {
		if (signal.aborted) return resolve('broken');
		const source = openSource(sessionUrl(first, 'events') + query);
		const done = (outcome: 'ended' | 'broken') => {
			clearTimeout(limit);
			signal.removeEventListener('abort', broken);
			source.close();
			resolve(outcome);
		};
		const broken = () => done('broken');
		const limit = setTimeout(broken, FIRST_EVENT_MS);
		const on = (type: string, read: (body: unknown) => StatusAnswer) =>
			source.addEventListener(type, ({ data }: MessageEvent<string>) => {
				clearTimeout(limit);
				const body = parse(data);
				// A proxy has cut the event off, or writes its own: the status is read instead.
				if (!isRecord(body) || typeof body.sessionId !== 'string') broken();
				else onUpdate({ sessionId: body.sessionId, answer: read(body) });
			});

		signal.addEventListener('abort', broken);
		source.addEventListener('error', broken);
		source.addEventListener('connected', () => clearTimeout(limit));
		on('message', statusOf);
		on('trouble', () => ({ kind: 'trouble' }));
		on('gone', () => ({ kind: 'gone' }));
		source.addEventListener('end', () => done('ended'));
	});
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
