import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../harness/browser.ts';
import { runtime } from '../harness/runtime.ts';
import { type Landscape, startLandscape } from '../harness/landscape.ts';
import { signInAtInstitution } from './support/journeys.ts';

let folder = '';
let landscape: Landscape;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
	// Kubernetes mounts each secret as a link to a folder with a date, which it replaces as a whole.
	mkdirSync(join(folder, '2026'));
	writeFileSync(join(folder, '2026', 'auth-secret'), 'kX2wq8Zr5mN1vB7tY4cE9sLhJ3dF6gPa0uQi\n');
	writeFileSync(join(folder, '2026', 'client-secret'), 'portal-frontend-secret\n');
	symlinkSync('2026', join(folder, 'data'));
	symlinkSync('data/auth-secret', join(folder, 'auth-secret'));
	symlinkSync('data/client-secret', join(folder, 'client-secret'));
	landscape = await startLandscape({
		runtime,
		env: {
			AUTH_SECRET: '',
			AUTH_SECRET_FILE: join(folder, 'auth-secret'),
			STS_CLIENT_SECRET: '',
			STS_CLIENT_SECRET_FILE: join(folder, 'client-secret')
		}
	});
});
afterAll(async () => {
	await landscape.stop();
	rmSync(folder, { recursive: true });
});

test('a portal whose secrets are in files behind symbolic links signs people in', async () => {
	const browser = new Browser(landscape.url);
	await signInAtInstitution(browser);
	expect((await browser.call('/api/me')).status).toBe(200);
});
