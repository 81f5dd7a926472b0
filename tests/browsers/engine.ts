/** Roles that the journeys look for (WAI-ARIA 1.2). */
export type Role = 'button' | 'heading' | 'link' | 'radio';

export interface FoundElement {
	/** Scrolls to the element and clicks its middle with the mouse. */
	click(): Promise<void>;
}

/** A window with its own cookies and storage. The engine itself computes roles and accessible names. */
export interface EngineWindow {
	open(url: string): Promise<void>;
	/** The first element with this role and exactly this accessible name; null if there is none. */
	find(role: Role, name: string): Promise<FoundElement | null>;
	url(): Promise<string>;
	title(): Promise<string>;
	/** The visible text of the page. */
	text(): Promise<string>;
	html(): Promise<string>;
	/** What a script of the page can read besides the page itself: cookies and storage. */
	storage(): Promise<string>;
	/** Saves a picture of the visible part of the page. */
	saveScreenshot(file: `${string}.png`): Promise<void>;
	/** Errors and warnings of pages so far, as far as the engine reports them: Firefox does, WebKitGTK does not. */
	faults(): readonly string[];
	close(): Promise<void>;
}

/** A running browser. */
export interface Engine {
	openWindow(): Promise<EngineWindow>;
	stop(): Promise<void>;
}

export interface EngineOptions {
	/** Whether pages can run scripts. */
	javaScript: boolean;
}
