/** Browsers of other engines than Chromium's, as Debian packages them. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { installCommand, missingPrograms } from './system-packages.mjs';

/**
 * Firefox ESR and the browser that is WebKitGTK's own.
 * @returns {{FIREFOX_PATH: string, WEBKITGTK_PATH: string}} their programs
 * @throws {Error} naming the packages that are missing
 */
export function otherBrowsers() {
	const missing = missingPrograms(['browsers']).filter(({ step }) => step === 'browsers');
	if (missing.length > 0)
		throw new Error(`The journeys in Firefox and WebKitGTK need Debian packages: ${installCommand(missing)}`);
	return { FIREFOX_PATH: '/usr/bin/firefox-esr', WEBKITGTK_PATH: miniBrowser() };
}

function miniBrowser() {
	const folders = readdirSync('/usr/lib', { withFileTypes: true }).filter((entry) => entry.isDirectory());
	const candidates = folders.map(({ name }) => join('/usr/lib', name, 'webkit2gtk-4.1', 'MiniBrowser'));
	const found = candidates.find((path) => existsSync(path));
	if (!found) throw new Error('WebKitGTK has no MiniBrowser in /usr/lib/*/webkit2gtk-4.1.');
	return found;
}
