/** What the portal asks of the Auth Bridge, by name: for the log, and because one answer means different things. */
export type Operation =
	| 'createSession'
	| 'readStatus'
	| 'complete'
	| 'initiateIdv'
	| 'finishIdv'
	| 'readIdvStatus'
	| 'submitIdv'
	| 'listBindings'
	| 'removeBinding';
