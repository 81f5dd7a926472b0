import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { headLines, openRawSocket } from '../harness/raw-socket.ts';
import { runtime } from '../harness/runtime.ts';
import { signInAtInstitution } from './support/journeys.ts';

let landscape: Landscape;
let session: [name: string, value: string][];

beforeAll(async () => {
	landscape = await startLandscape({ runtime, tls: true });
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	session = [...browser.cookies()].filter(([name]) => name.startsWith('__Host-portal.session'));
});
afterAll(() => landscape.stop());

/** The public session for a Cookie header of these bytes, one character each. */
async function sessionFor(cookie: string): Promise<string> {
	const head = headLines('GET /api/auth/session HTTP/1.1', 'host: localhost', `cookie: ${cookie}`, 'connection: close');
	const response = await openRawSocket(landscape.portal.port, head).untilClosed;
	return response.slice(response.indexOf('\r\n\r\n') + 4);
}

const named = (rename: (name: string) => string) =>
	session.map(([name, value]) => `${rename(name)}=${value}`).join('; ');
const utf8 = (text: string) => Buffer.from(text).toString('latin1');

test('the original cookies are valid under their own names', async () => {
	expect(session.length).toBeGreaterThan(0);
	expect(await sessionFor(named((name) => name))).toContain('"provider"');
});

/**
 * Characters that some parsers trim from names. Browsers do not treat such a name as having the prefix `__Host-`, so a
 * sibling subdomain can set these cookies.
 */
const blanks = ['\u00a0', '\u0085', '\u1680', '\u2000', '\u2003', '\u2028', '\u202f', '\u205f', '\u3000', '\ufeff'];

test.each(blanks.map((blank) => [blank.codePointAt(0)?.toString(16), blank]))(
	'a look-alike with U+%s before or after its name is not accepted',
	async (_, blank = '') => {
		expect(await sessionFor(named((name) => utf8(blank) + name))).not.toContain('"provider"');
		expect(await sessionFor(named((name) => name + utf8(blank)))).not.toContain('"provider"');
	}
);

test.each([
	['with a byte that is a blank in Latin-1', '\u00a0'],
	['with a vertical tab', '\u000b'],
	['with a form feed', '\u000c'],
	['with quotes', '"']
])('a look-alike %s is not accepted', async (_, before) => {
	expect(await sessionFor(named((name) => before + name))).not.toContain('"provider"');
});

test.each([
	['in lower case', (name: string) => name.replace('__Host-', '__host-')],
	['in capitals', (name: string) => name.replace('__Host-', '__HOST-')],
	['of the other prefix', (name: string) => name.replace('__Host-', '__Secure-')],
	['without its prefix', (name: string) => name.replace('__Host-', '')],
	['with an escape', (name: string) => name.replace('__', '%5F%5F')]
])('a look-alike %s is not accepted', async (_, rename) => {
	expect(await sessionFor(named(rename))).not.toContain('"provider"');
});
