import { expect, vi } from 'vitest';
import { en } from '../../src/lib/i18n/index.ts';
import { type Secret, secretsIn } from '../http/support/leaks.ts';
import type { Sandbox } from '../sandbox/index.ts';
import type { PersonId } from '../sandbox/people.ts';
import type { EngineWindow, Role } from './engine.ts';

/** Long enough for a busy machine. */
const WAIT = { timeout: 30_000, interval: 50 };
/** A person waits before asking again. */
const WAIT_BETWEEN_CHECKS = { timeout: 30_000, interval: 500 };

const { scan, opened, checking } = en.wallet;

interface VisitorOptions {
	readonly portalUrl: string;
	readonly sandbox: Sandbox;
	/** Whether the browser runs scripts: without, a person has to press "check". */
	readonly javaScript: boolean;
	/** Every token that the STS has issued so far. */
	readonly tokens: () => readonly Secret[];
}

/** A person with a browser, and with a wallet on a phone. */
export class Visitor {
	readonly #window: EngineWindow;
	readonly #options: VisitorOptions;
	#sessionId = '';

	constructor(window: EngineWindow, options: VisitorOptions) {
		this.#window = window;
		this.#options = options;
	}

	open(path: string): Promise<void> {
		return this.#window.open(new URL(path, this.#options.portalUrl).href);
	}

	/** The browser ignores the script of a page. */
	async expectNoScripts(): Promise<void> {
		await this.#window.open(`data:text/html,<title>off</title><script>document.title = 'on'</script>`);
		expect(await this.#window.title()).toBe('off');
	}

	/** Clicks an element as soon as it is there. */
	async click(role: Role, name: string): Promise<void> {
		await vi.waitFor(async () => {
			const element = await this.#window.find(role, name);
			if (!element) throw new Error(`No ${role} "${name}" at ${await this.#place()}`);
			await element.click();
		}, WAIT);
	}

	/** The page with this heading is there. Its title says the same, and nothing in it is a token. */
	async expectPage(heading: string): Promise<void> {
		await vi.waitFor(async () => {
			expect(await this.#window.title(), await this.#place()).toBe(`${heading} – ${en.site.product}`);
			if (!(await this.#window.find('heading', heading)))
				throw new Error(`No heading "${heading}" at ${await this.#place()}`);
		}, WAIT);
		const held = [await this.#window.url(), await this.#window.html(), await this.#window.storage()].join('\n');
		expect(secretsIn(held, this.#options.tokens()), `tokens at ${await this.#place()}`).toEqual([]);
	}

	async expectText(text: string): Promise<void> {
		expect(await this.#window.text()).toContain(text);
	}

	/** On the account page, signed in as that person and in that way. */
	async expectSignedIn(name: string, provider: keyof typeof en.account.session.providers): Promise<void> {
		await this.expectPage(en.account.title);
		expect(await this.#window.url()).toBe(new URL('/account', this.#options.portalUrl).href);
		await this.expectText(name);
		await this.expectText(en.account.session.providers[provider]);
		// Otherwise the page was searched for nothing.
		expect(this.#options.tokens().map(([kind]) => kind)).toContain('access_token');
	}

	async signOut(): Promise<void> {
		await this.click('button', en.site.signOut);
		await this.expectPage(en.home.title);
		await this.expectText(en.home.signedOut);
		expect(this.#options.sandbox.count('sts.end-session')).toBe(1);
		await this.open('/account');
		await this.expectPage(en.login.title);
	}

	/** From the choice of ways in to the QR code. */
	async startWallet(): Promise<void> {
		await this.open('/login');
		await this.click('button', en.login.wallet.button);
		await this.expectCode();
	}

	/** The page has a code; from now on the phone uses that one. */
	async expectCode(): Promise<void> {
		await this.expectPage(scan.title);
		const links = [...(await this.#window.html()).matchAll(/href="([^"]+)"/g)];
		const sessions = links.map(([, href = '']) => this.#options.sandbox.sessionByLink(href.replaceAll('&amp;', '&')));
		const session = sessions.find((found) => found !== undefined);
		if (!session) throw new Error(`No link to a wallet at ${await this.#place()}`);
		this.#sessionId = session.id;
	}

	async openWallet(): Promise<void> {
		expect(await this.#options.sandbox.openWallet(this.#sessionId)).toBe('accepted');
		await this.#check();
	}

	async share(person: PersonId): Promise<void> {
		expect(await this.#options.sandbox.share(this.#sessionId, person)).toBe('accepted');
		await this.#check();
	}

	async decline(): Promise<void> {
		expect(await this.#options.sandbox.decline(this.#sessionId)).toBe('accepted');
		await this.#check();
	}

	/** With scripts the page continues by itself; without, a person presses "check" until the portal has read the status. */
	async #check(): Promise<void> {
		if (this.#options.javaScript) return;
		const reads = () =>
			this.#options.sandbox.lastRequests('bridge', 'status').filter(({ path }) => path.includes(this.#sessionId))
				.length;
		const before = reads();
		await vi.waitFor(async () => {
			for (const name of [scan.check, opened.check, checking.check])
				if (reads() <= before) await (await this.#window.find('link', name))?.click();
			expect(reads()).toBeGreaterThan(before);
		}, WAIT_BETWEEN_CHECKS);
	}

	/** For the message of a failure. */
	async #place(): Promise<string> {
		return `${await this.#window.url()}: ${await this.#window.text()}`;
	}
}
