import { afterEach, expect, test, vi } from 'vitest';
import { otherBrowsers } from '../../tasks/other-browsers.mjs';
import { missingPrograms } from '../../tasks/system-packages.mjs';

afterEach(() => void vi.unstubAllEnvs());

test('without Firefox and WebKitGTK, the error names the packages to install', () => {
	vi.stubEnv('PATH', '');
	expect(() => otherBrowsers()).toThrow(/apt-get install firefox-esr webkit2gtk-driver xvfb$/);
});

test('only the journeys in other browsers need their packages', () => {
	vi.stubEnv('PATH', '');
	const missingFor = (...steps: string[]) => missingPrograms(steps).map(({ program }) => program);
	expect(missingFor('unit', 'http')).not.toContain('firefox-esr');
	expect(missingFor('unit', 'browsers')).toContain('firefox-esr');
});
