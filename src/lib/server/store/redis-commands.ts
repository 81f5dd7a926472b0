import { ErrorReply } from '@redis/client';
import * as v from 'valibot';
import { WrongServer } from './store';

export const PREFIX = 'portal:';
export const CHANGED_CHANNEL = 'portal:changed';

/** What Redis replies to a user that may not run a command, or not with that key or channel: itself, or in a script. */
export const REFUSED = /\bNOPERM\b|no permissions|\bcan't (?:access|run|publish)/i;

/**
 * Replaces the expected text ('' with flag 0: no text) with a new one, and publishes the change. If no text is expected,
 * the mark of this process must be at least the given one.
 */
export const REPLACE = `
local found = redis.call('GET', KEYS[1])
local expected = ARGV[2] == '1' and ARGV[3] or false
if found ~= expected then return 0 end
if not found and tonumber(redis.call('GET', KEYS[2]) or '0') < tonumber(ARGV[6]) then return -1 end
redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[5])
redis.call('PUBLISH', ARGV[1], KEYS[1])
return 1`;

export const WRITE = `
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[1], KEYS[1])
return 1`;

/** Runs the commands of a write, because a user that may not publish can't write either. */
export const VERIFY = `
local before = redis.call('GET', KEYS[1])
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('PUBLISH', ARGV[1], KEYS[1])
return {before or '0', redis.call('GET', KEYS[1])}`;

/**
 * Every command that the portal and the doctor need: those of the scripts, of the rate limits (`rate-limiter-flexible`) and
 * of the connections. AUTH needs no permission. SELECT is only for a `REDIS_URL` with a database. INFO is only for the
 * doctor's check of `maxmemory-policy`.
 */
const commands = ['eval', 'expire', 'get', 'incrby', 'ping', 'pttl', 'publish', 'set', 'subscribe'] as const;

/** What the user of `REDIS_URL` must be allowed, as an operator writes it for `ACL SETUSER`. docs/operations.md has the same text. */
export const permissions = [`~${PREFIX}*`, `&${CHANGED_CHANNEL}`, ...commands.map((name) => `+${name}`)].join(' ');

/** Runs each command on a key of its own, which it removes. Returns each that failed, and its error. EVAL itself runs this. */
export const TRY_COMMANDS = `
local failed = {}
local function try(...)
	local reply = redis.pcall(...)
	if type(reply) == 'table' and reply.err then
		failed[#failed + 1] = {string.lower((...)), reply.err}
		return false
	end
	return true
end
if not try('SET', KEYS[1], '0', 'PX', 1000) then return failed end
try('GET', KEYS[1])
try('INCRBY', KEYS[1], 1)
try('EXPIRE', KEYS[1], 1)
try('PTTL', KEYS[1])
try('PING')
try('PUBLISH', ARGV[1], KEYS[1])
try('SET', KEYS[1], '', 'PX', 1)
return failed`;

const Failed = v.array(v.tuple([v.string(), v.string()]));

/** The commands that the user may not run, from the reply to `TRY_COMMANDS`. */
export function readRefused(reply: unknown): readonly string[] {
	return v
		.parse(Failed, reply)
		.filter(([, error]) => REFUSED.test(error))
		.map(([name]) => name);
}

/** What to check first after a fault. The first match counts. */
const hints: readonly (readonly [pattern: RegExp, hint: string | { readonly tls: string; readonly plain: string }])[] =
	[
		// Which reply Redis gives to a wrong password depends on whether the address has a user.
		[/\b(?:NOAUTH|WRONGPASS)\b/, 'Redis does not accept the user or the password of REDIS_URL'],
		[REFUSED, `the user of REDIS_URL lacks a permission: allow it ${permissions}`],
		[/\bOOM\b/, 'Redis is full: give it more memory, or look for what fills it'],
		[/\bMISCONF\b/, "Redis can't write to its disk: check its log and its disk"],
		// An alert comes from the server, which may ask for a certificate.
		[
			/^(?!.*\balert\b).*certificate/i,
			'the portal does not trust the certificate of the server: check its name and its dates, and that NODE_EXTRA_CA_CERTS has the authority that signed it'
		],
		[
			/no connection|ECONNRESET|closed unexpectedly|connection timeout|SSL|corrupt message/i,
			{
				tls: 'check firewalls, and whether the server has TLS at this port: without TLS, use redis://',
				plain: 'check firewalls, and whether the server requires TLS: then use rediss://'
			}
		],
		[/took longer|timeout/i, 'Redis is slow or does not respond: check its load, its disk and the network']
	];

/** @param cause the text of a fault of Redis */
export function hintFor(cause: string, redisUrl: string): string | undefined {
	const hint = hints.find(([pattern]) => pattern.test(cause))?.[1];
	if (typeof hint !== 'object') return hint;
	return redisUrl.startsWith('rediss:') ? hint.tls : hint.plain;
}

/**
 * Replies of a server that does not accept writes, or not yet. After a failover the address leads to another server, which
 * only a new connection reaches. Before Redis 7, replies to scripts contain the code in the middle.
 */
const MAY_HAVE_MOVED = /\b(?:READONLY|LOADING|MASTERDOWN)\b/;

interface WrongServerReply extends Pick<WrongServer, 'what' | 'advice' | 'isLasting'> {
	readonly pattern: RegExp;
}

const wrongServers: readonly WrongServerReply[] = [
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
	const kind = wrongServers.find(({ pattern }) => pattern.test(error.message));
	// Without the arguments of an unknown command, and the hash of a script.
	return kind ? new WrongServer(kind, error.message.replace(/(?:,| script:).*/s, '')) : error;
}

/** Whether the error is a reply after which the address may lead to another server. */
export function mayHaveMoved(error: unknown): boolean {
	return error instanceof ErrorReply && MAY_HAVE_MOVED.test(error.message);
}
