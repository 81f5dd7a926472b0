/** How often something sealed has been opened since the last reset, whether or not that succeeded. */
export interface CountedOpenings {
	openings(): number;
	reset(): void;
}

/** Counts each AES-GCM decryption of this test file. */
export function countOpenings(): CountedOpenings {
	const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
	let openings = 0;
	Object.defineProperty(crypto.subtle, 'decrypt', {
		value: (...given: Parameters<typeof decrypt>) => {
			openings++;
			return decrypt(...given);
		}
	});
	return { openings: () => openings, reset: () => void (openings = 0) };
}
