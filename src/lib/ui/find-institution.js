/**
 * Shows the institutions that match while the person types. Pages load this file unchanged (`?url`). It only adds to the
 * search form, which works without it: until the list is loaded, and if that fails, the server searches.
 */

/** Screen readers first finish reading what was typed. */
const PAUSE_MS = 1000;
/** A live region that is emptied and filled in one step may not be read again. */
const SHORT_PAUSE_MS = 100;
const LOAD_LIMIT_MS = 10_000;

/** @typedef {{ readonly id: string, readonly name: string }} Institution */

/** @param {HTMLElement} root contains the form, the status line and the results; its `data-…` are texts and addresses */
function enhance(root) {
	const texts = root.dataset;
	const form = find('form', HTMLFormElement);
	const field = find('input[type=search]', HTMLInputElement);
	const returnTo = find('[name=returnTo]', HTMLInputElement);
	const status = find('[role=status]', HTMLElement);
	const results = find('.results', HTMLElement);
	const heading = find('h3', HTMLElement);
	const note = find('.note', HTMLElement);
	const list = find('ul', HTMLElement);
	const pages = find('nav', HTMLElement);
	const previous = find('[rel=prev]', HTMLAnchorElement);
	const next = find('[rel=next]', HTMLAnchorElement);
	const template = find('template', HTMLTemplateElement);
	const numbers = new Intl.NumberFormat(document.documentElement.lang);
	const pageName = document.querySelector('h1')?.textContent.replaceAll('\u00AD', '').trim() ?? '';
	/** The title without the count that the server may have put into it. */
	const plainTitle = results.hidden ? document.title : document.title.replace(`${heading.textContent} – `, '');

	const language = document.querySelector('form[action="/locale"] input[name=returnTo]');

	let isLoading = false;
	/** @type {((query: string) => Institution[]) | null} null until the list is loaded */
	let search = null;
	let maxShown = 0;
	/** Whether something was typed that the list was not there for. */
	let isWaiting = false;
	let hasFailed = false;
	/** The results that were announced last. */
	let announced = '';
	let timer = 0;

	field.addEventListener('focus', () => void load());
	field.addEventListener('input', onInput);
	form.addEventListener('submit', goToResults);
	root.addEventListener('keydown', clearOnEscape);
	if (document.activeElement === field) void load();

	/**
	 * @template {Element} T
	 * @param {string} selector
	 * @param {new () => T} type
	 * @returns {T}
	 */
	function find(selector, type) {
		const element = root.querySelector(selector);
		if (!(element instanceof type)) throw new TypeError(`${selector} is missing`);
		return element;
	}

	/** Loads the list and the matching rule once. After a failure, the next input or focus tries again. */
	async function load() {
		if (isLoading || search) return;
		isLoading = true;
		try {
			search = await fetchList();
			if (hasFailed) say(0, () => '');
			if (isWaiting) onInput();
		} catch {
			if (!hasFailed) say(SHORT_PAUSE_MS, () => texts.failed ?? '');
			status.classList.remove('visually-hidden');
			hasFailed = true;
		}
		isLoading = false;
	}

	async function fetchList() {
		const [matcher, response] = await Promise.all([
			import(/* @vite-ignore */ texts.matcher ?? ''),
			fetch(texts.list ?? '', { signal: AbortSignal.timeout(LOAD_LIMIT_MS) })
		]);
		if (!response.ok) throw new Error(`the list responded with ${response.status}`);
		const entries = matcher.entriesOf(await response.json());
		// The page has a list: none of its institutions can be missing from the file.
		if (entries.length === 0) throw new Error('the list is empty');
		maxShown = matcher.RESULTS_PER_PAGE;
		/** @param {string} query */
		return (query) => matcher.findInstitutions(entries, query);
	}

	/** Shows what matches now, and reports it once the person pauses. */
	function onInput() {
		const query = field.value.trim();
		isWaiting = query !== '' && search === null;
		if (isWaiting) {
			void load();
			return;
		}
		const found = search?.(query) ?? [];
		show(query, found);
		say(PAUSE_MS, () => {
			settle(query);
			return announcementOf(query, found);
		});
	}

	/**
	 * Enter, or the button: moves the focus to the results. A single one gets it itself, so that Enter opens it; none
	 * leaves it in the field.
	 * @param {SubmitEvent} event
	 */
	function goToResults(event) {
		const query = field.value.trim();
		if (query === '' || search === null) return;
		event.preventDefault();
		const found = search(query);
		show(query, found);
		settle(query);
		announced = keyOf(query, found);
		say(SHORT_PAUSE_MS, () => (found.length === 0 ? textOf(found) : ''));
		const only = found.length === 1 ? list.querySelector('a') : null;
		only?.setAttribute('aria-describedby', heading.id);
		if (found.length > 0) (only ?? heading).focus();
	}

	/** @param {KeyboardEvent} event */
	function clearOnEscape(event) {
		if (event.key !== 'Escape' || event.isComposing || (field.value === '' && results.hidden)) return;
		event.preventDefault();
		field.value = '';
		field.focus();
		show('', []);
		settle('');
		announced = '';
		isWaiting = false;
		say(SHORT_PAUSE_MS, () => texts.cleared ?? '');
	}

	/**
	 * @param {string} query empty hides the results
	 * @param {readonly Institution[]} found
	 */
	function show(query, found) {
		const isPart = found.length > maxShown;
		heading.textContent = countOf(found);
		note.textContent = isPart ? `${rangeText()} ${texts.narrow}` : (texts.tryAgain ?? '');
		note.hidden = found.length > 0 && !isPart;
		list.replaceChildren(...found.slice(0, maxShown).map(itemOf));
		pages.hidden = !isPart;
		previous.hidden = true;
		next.hidden = false;
		next.href = `/login?${new URLSearchParams({ returnTo: returnTo.value, q: query, page: '2' })}#found`;
		results.hidden = query === '';
	}

	/** @param {Institution} institution */
	function itemOf({ id, name }) {
		const item = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
		const link = item.querySelector('a');
		if (link) {
			link.href = `${texts.start}&institution=${encodeURIComponent(id)}`;
			link.textContent = name;
		}
		return item;
	}

	/**
	 * Makes the title say what was found, and the address lead to it: after a reload, and when the language is changed.
	 * @param {string} query
	 */
	function settle(query) {
		document.title =
			query === '' ? plainTitle : plainTitle.replace(pageName, () => `${heading.textContent} – ${pageName}`);
		const address = new URL(location.href);
		if (query === '') address.searchParams.delete('q');
		else address.searchParams.set('q', query);
		address.searchParams.delete('page');
		history.replaceState(history.state, '', address);
		if (language instanceof HTMLInputElement) language.value = address.pathname + address.search;
	}

	/**
	 * Announces a text after a pause, unless another one follows before.
	 * @param {number} pauseMs
	 * @param {() => string} text is called after the pause
	 */
	function say(pauseMs, text) {
		clearTimeout(timer);
		status.textContent = '';
		status.classList.add('visually-hidden');
		timer = window.setTimeout(() => (status.textContent = text()), pauseMs);
	}

	/**
	 * What to announce about new results; empty if they are the ones that were announced last.
	 * @param {string} query
	 * @param {readonly Institution[]} found
	 */
	function announcementOf(query, found) {
		const key = keyOf(query, found);
		const isSame = key === announced;
		announced = key;
		return isSame || query === '' ? '' : textOf(found);
	}

	/**
	 * Identifies results.
	 * @param {string} query
	 * @param {readonly Institution[]} found
	 */
	function keyOf(query, found) {
		return query === '' ? '' : [found.length, ...found.slice(0, maxShown).map(({ id }) => id)].join(' ');
	}

	/** @param {readonly Institution[]} found */
	function textOf(found) {
		if (found.length === 0) return `${texts.none}. ${texts.tryAgain}`;
		return found.length > maxShown ? `${countOf(found)}. ${rangeText()}` : countOf(found);
	}

	/** @param {readonly Institution[]} found */
	function countOf({ length }) {
		if (length === 0) return texts.none ?? '';
		return length === 1 ? (texts.one ?? '') : withNumber(texts.many ?? '', length);
	}

	function rangeText() {
		return withNumber(texts.range ?? '', maxShown);
	}

	/**
	 * @param {string} text with `#` for the number
	 * @param {number} value
	 */
	function withNumber(text, value) {
		return text.replace('#', numbers.format(value));
	}
}

// Not in browsers older than those of docs/browsers.md: they use the form without a script.
if ('CompressionStream' in window && CSS.supports('height', '1dvh')) {
	const root = document.querySelector('[data-institution-search]');
	if (root instanceof HTMLElement) enhance(root);
}
