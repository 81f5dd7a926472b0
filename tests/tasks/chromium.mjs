import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { programCommand, run } from './runtime.mjs';

/** The headless shell first: the same engine without a browser's windows takes half the processor time. */
const INSTALLED_NAMES = [
	'chromium-headless-shell',
	'chromium',
	'chromium-browser',
	'google-chrome',
	'google-chrome-stable'
];
const OTHER_PLACES = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/**
 * A Chromium for the journeys: the one that CHROMIUM_PATH names, one on this machine, Playwright's own, or one that
 * is installed now.
 * @returns {Promise<string>} path of the program
 */
export async function ensureChromium() {
	const found = (await presentChromium()) ?? (await downloadedChromium()) ?? (await debianChromium());
	if (found) return found;
	throw new Error(
		'No Chromium found, and none could be installed. Install Chromium or Chrome, or name one: CHROMIUM_PATH=/path/to/chrome'
	);
}

async function presentChromium() {
	const named = process.env.CHROMIUM_PATH;
	if (named && !isProgram(named)) throw new Error(`CHROMIUM_PATH is "${named}", and there is no program of that name.`);
	return named || onThisMachine() || (await playwrightsOwn());
}

function onThisMachine() {
	const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
	const candidates = folders.flatMap((folder) => INSTALLED_NAMES.map((name) => join(folder, name)));
	return [...candidates, ...OTHER_PLACES].find(isProgram);
}

async function playwrightsOwn() {
	const { chromium } = await import('@playwright/test');
	const path = chromium.executablePath();
	return existsSync(path) ? path : undefined;
}

async function downloadedChromium() {
	console.log('No Chromium here; asking Playwright for one …');
	await run(programCommand('playwright', ['install', 'chromium']), { stdio: 'ignore' });
	return playwrightsOwn();
}

async function debianChromium() {
	if (!existsSync('/etc/debian_version')) return undefined;
	const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
	console.log('Installing the Debian package chromium-headless-shell …');
	await run([...asRoot, 'apt-get', 'update', '-qq']);
	await run([...asRoot, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium-headless-shell'], {
		env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
	});
	return onThisMachine();
}

/** @param {string} path */
function isProgram(path) {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
