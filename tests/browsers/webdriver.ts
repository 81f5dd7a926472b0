import * as v from 'valibot';

/** The key of an element's reference in JSON (WebDriver, 12.2). */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

const Success = v.object({ value: v.unknown() });
const Failure = v.object({ value: v.object({ error: v.string(), message: v.string() }) });
const NewSession = v.object({ sessionId: v.string() });
const References = v.array(v.object({ [ELEMENT]: v.string() }));

/** A session with a W3C WebDriver server: the commands that the journeys need. All throw if the driver reports an error. */
export class WebDriverSession {
	readonly #address: string;

	private constructor(address: string) {
		this.#address = address;
	}

	/**
	 * Starts a browser.
	 * @param server address of the driver, such as `http://127.0.0.1:4444`
	 * @param capabilities that the browser must have
	 */
	static async start(server: string, capabilities: object): Promise<WebDriverSession> {
		const body = { capabilities: { alwaysMatch: capabilities } };
		const { sessionId } = v.parse(NewSession, await send('POST', `${server}/session`, body));
		return new WebDriverSession(`${server}/session/${sessionId}`);
	}

	async navigate(url: string): Promise<void> {
		await this.#post('/url', { url });
	}

	url(): Promise<string> {
		return this.#read('/url');
	}

	title(): Promise<string> {
		return this.#read('/title');
	}

	/** The page as HTML. */
	source(): Promise<string> {
		return this.#read('/source');
	}

	/** References of the elements that a selector matches, in document order. */
	async elements(css: string): Promise<string[]> {
		const found = v.parse(References, await this.#post('/elements', { using: 'css selector', value: css }));
		return found.map((reference) => reference[ELEMENT]);
	}

	async isDisplayed(element: string): Promise<boolean> {
		return v.parse(v.boolean(), await this.#get(`/element/${element}/displayed`));
	}

	/** The role in the engine's accessibility tree. */
	role(element: string): Promise<string> {
		return this.#read(`/element/${element}/computedrole`);
	}

	/** The accessible name. */
	label(element: string): Promise<string> {
		return this.#read(`/element/${element}/computedlabel`);
	}

	async click(element: string): Promise<void> {
		await this.#post(`/element/${element}/click`, {});
	}

	/** Evaluates an expression in the page. @param expression its value is a string */
	async evaluate(expression: string): Promise<string> {
		return v.parse(v.string(), await this.#post('/execute/sync', { script: `return ${expression}`, args: [] }));
	}

	/** A PNG in base64. */
	screenshot(): Promise<string> {
		return this.#read('/screenshot');
	}

	/** Ends the session, and with it the browser. */
	async end(): Promise<void> {
		await send('DELETE', this.#address);
	}

	async #read(path: string): Promise<string> {
		return v.parse(v.string(), await this.#get(path));
	}

	#get(path: string): Promise<unknown> {
		return send('GET', this.#address + path);
	}

	#post(path: string, body: object): Promise<unknown> {
		return send('POST', this.#address + path, body);
	}
}

async function send(method: 'GET' | 'POST' | 'DELETE', address: string, body?: object): Promise<unknown> {
	const response = await fetch(address, { method, ...(body && { body: JSON.stringify(body) }) });
	const json: unknown = await response.json();
	if (response.ok) return v.parse(Success, json).value;
	const { error, message } = v.parse(Failure, json).value;
	throw new Error(`WebDriver: ${error} ${message}`);
}
