import { basename, delimiter } from 'node:path';
import process from 'node:process';
import { describe, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { startLandscape } from '../harness/landscape.ts';
import { runtime } from '../harness/runtime.ts';
import { portalCommand } from '../tasks/runtime.mjs';
import { signInAtInstitution, signInWithWallet } from './support/journeys.ts';

/** Other release lines of Node than that of this run, as paths of programs. */
const programs = process.env.NODE_PROGRAMS?.split(delimiter) ?? ['node of another release line'];

describe.skipIf(runtime !== 'node' || process.env.NODE_PROGRAMS === undefined)('the portal', () => {
	test.each(programs.map((program) => [basename(program), program] as const))(
		'runs with %s: a person signs in at the institution, another with a wallet, and it stops',
		async (_, program) => {
			const [, ...args] = portalCommand('node');
			const landscape = await startLandscape({ runtime, command: [program, ...args] });
			const { url, portal, sandbox } = landscape;
			try {
				expect((await fetch(`${url}/api/health/ready`)).status).toBe(200);
				for (const signIn of [signInAtInstitution, (own: Browser) => signInWithWallet(own, sandbox)]) {
					const browser = new Browser(url);
					expect((await signIn(browser)).url.pathname).toBe('/account');
					expect((await browser.call('/api/me')).status).toBe(200);
				}
				expect(await portal.stop()).toBe(0);
				// Such as a deprecation in a later line.
				expect(portal.logs().split('\n').filter(isNoEntry)).toEqual([]);
				expect(portal.logs()).not.toContain('"ERROR"');
			} finally {
				await landscape.stop();
			}
		}
	);
});

function isNoEntry(line: string): boolean {
	return line !== '' && !line.startsWith('{');
}
