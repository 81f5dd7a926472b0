import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../harness/free-port.ts';
import { isListening } from '../harness/portal.ts';
import { signalGroup, startTied } from '../tasks/children.mjs';
import type { Engine, EngineOptions, EngineWindow, FoundElement, Role } from './engine.ts';
import { WebDriverSession } from './webdriver.ts';

const START_LIMIT_MS = 60_000;

/** Elements that may have a role. */
const CANDIDATES: Readonly<Record<Role, string>> = {
	button: 'button, input[type=submit], [role=button]',
	heading: 'h1, h2, h3, h4, h5, h6, [role=heading]',
	link: 'a[href], [role=link]',
	radio: 'input[type=radio], [role=radio]'
};

/** Starts a virtual screen and the driver. Each window is a process of its own; WEBKITGTK_PATH names its program. */
export async function startWebKitGtk({ javaScript }: EngineOptions): Promise<Engine> {
	const screen = startTied(['Xvfb', '-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
		stdio: ['ignore', 'pipe', 'ignore']
	});
	if (!screen.stdout) throw new Error('Xvfb has no output');
	const [display] = (await once(createInterface(screen.stdout), 'line')) as [string];
	const port = await freePort();
	const driver = startTied(['WebKitWebDriver', '--host=127.0.0.1', `--port=${port}`, '--replace-on-new-session'], {
		env: { ...process.env, DISPLAY: `:${display}`, LANGUAGE: 'en_GB' },
		stdio: 'ignore'
	});
	const processes = [driver, screen].map((child) => ({ child, exit: once(child, 'exit') }));
	await untilListening(port);

	return {
		openWindow: async () => {
			const session = await WebDriverSession.start(`http://127.0.0.1:${port}`, {
				acceptInsecureCerts: true,
				'webkitgtk:browserOptions': {
					binary: process.env.WEBKITGTK_PATH,
					// Tracking prevention is on in Safari.
					args: ['--automation', '--enable-itp', `--enable-javascript=${String(javaScript)}`]
				}
			});
			return new WebKitWindow(session);
		},
		stop: async () => {
			for (const { child, exit } of processes) {
				signalGroup(child.pid ?? 0, 'SIGTERM');
				await exit;
			}
		}
	};
}

async function untilListening(port: number): Promise<void> {
	const deadlineMs = performance.now() + START_LIMIT_MS;
	while (!(await isListening(port))) {
		if (performance.now() > deadlineMs) throw new Error('WebKitWebDriver does not listen');
		await pause(25);
	}
}

class WebKitWindow implements EngineWindow {
	readonly #session: WebDriverSession;

	constructor(session: WebDriverSession) {
		this.#session = session;
	}

	open(url: string): Promise<void> {
		return this.#session.navigate(url);
	}

	async find(role: Role, name: string): Promise<FoundElement | null> {
		const session = this.#session;
		for (const element of await session.elements(CANDIDATES[role])) {
			// An element that is not displayed has no accessible name, and asking for it is an error.
			if (!(await session.isDisplayed(element)) || (await session.label(element)) !== name) continue;
			if ((await session.role(element)) === role) return { click: () => session.click(element) };
		}
		return null;
	}

	url(): Promise<string> {
		return this.#session.url();
	}

	title(): Promise<string> {
		return this.#session.title();
	}

	text(): Promise<string> {
		return this.#session.evaluate('document.body.innerText');
	}

	html(): Promise<string> {
		return this.#session.source();
	}

	storage(): Promise<string> {
		return this.#session.evaluate('JSON.stringify([document.cookie, localStorage, sessionStorage])');
	}

	async saveScreenshot(file: `${string}.png`): Promise<void> {
		await writeFile(file, await this.#session.screenshot(), 'base64');
	}

	faults(): readonly string[] {
		return [];
	}

	close(): Promise<void> {
		return this.#session.end();
	}
}
