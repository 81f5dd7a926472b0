import { ErrorReply } from '@redis/client';
import { WrongServer } from './store';

/**
 * Replies of a server that does not accept writes, or not yet. After a failover the address leads to another server, which
 * only a new connection reaches. Before Redis 7, replies to scripts contain the code in the middle.
 */
const MAY_HAVE_MOVED = /\b(?:READONLY|LOADING|MASTERDOWN)\b/;

interface Kind extends Pick<WrongServer, 'what' | 'advice' | 'isLasting'> {
	readonly pattern: RegExp;
}

const kinds: readonly Kind[] = [
	{
		pattern: /\b(?:MOVED|CROSSSLOT|CLUSTERDOWN)\b|not allowed in cluster mode/,
		what: 'a Redis Cluster',
		advice: 'Use one primary without cluster mode, with replicas if you like.',
		isLasting: true
	},
	{
		pattern: /^ERR unknown command/,
		what: 'a Sentinel, or a server that lacks a command that the portal needs',
		advice: 'Use the address of the primary, or one that follows it.',
		isLasting: true
	},
	{
		pattern: /\bREADONLY\b/,
		what: 'a replica, which rejects writes',
		advice: 'Use the address of the primary, or one that follows it.',
		isLasting: false
	}
];

/** The error, or a `WrongServer` if it is a reply from which the kind of the server is known. */
export function explained(error: unknown): unknown {
	if (!(error instanceof ErrorReply)) return error;
	const kind = kinds.find(({ pattern }) => pattern.test(error.message));
	// Without the arguments of an unknown command, and the hash of a script.
	return kind ? new WrongServer(kind, error.message.replace(/(?:,| script:).*/s, '')) : error;
}

/** Whether the error is a reply after which the address may lead to another server. */
export function mayHaveMoved(error: unknown): boolean {
	return error instanceof ErrorReply && MAY_HAVE_MOVED.test(error.message);
}
