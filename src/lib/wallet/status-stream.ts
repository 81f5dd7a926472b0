import { sessionUrl, type StatusAnswer, statusOf } from './api';
import { isRecord } from './portal-fetch';

/** An update about one session. */
export interface StatusUpdate {
	readonly sessionId: string;
	readonly answer: StatusAnswer;
}
export type OnUpdate = (update: StatusUpdate) => void;

/** The part of the browser's EventSource that is used. */
export type OpenEventSource = (url: string) => EventSource;

/** A stream without an event in this time counts as broken: some proxies pass the head on and buffer the body. */
const FIRST_EVENT_MS = 2000;

/**
 * Follows sessions over one stream of server-sent events. Resolves to `ended` after the final status of all sessions.
 * Resolves to `broken` if the first event does not arrive in time, the stream breaks, or the signal aborts. It never
 * reconnects: that is up to the caller.
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
				// A proxy has truncated or replaced the event: the caller reads the status instead.
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
