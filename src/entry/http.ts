/** An answer that the entry gives itself, in a shape that both runtimes can send. Header names are lower-case. */
export interface Answer {
	status: number;
	headers: Record<string, string>;
	/** `null` for answers without content: HEAD, 304. */
	body: Uint8Array<ArrayBuffer> | null;
}
