/**
 * What to open and what to try, on the terminal.
 * @param {string} title such as "The portal runs on Node"
 * @param {string} portal its address
 * @param {string} summary what the sandbox says of itself: addresses and people
 */
export function printGuide(title, portal, summary) {
	const indented = summary.trimEnd().replace(/^(?=.)/gm, '    ');
	console.log(`
  ${title}: ${portal}

  Around it, the sandbox
${indented}

  What to try, from ${portal}/login
    1. Sign in through an institution: choose one, then a person.
    2. Sign in with a known wallet: "Open wallet on this device", choose the known student, Share.
    3. Link an unknown wallet: the same with the unknown student; the institution confirms who you are.
    4. Confirm by hand: the same with the unknown employee.
    5. Decline, let a code expire, share the expired credential: each says what to do next.
    6. Respond from the terminal: copy the link of the code, then npm run wallet -- '<link>' --person known-student
  The wallet makes real OpenID4VP presentations. A wallet app on a phone, faults and other scenarios: tests/sandbox/README.md.
  A page with a help code: start the demo with LOG_LEVEL=info to find the code in the log.

  “oidc-provider WARNING: Unsupported runtime” comes from the sandbox; ignore it.

  Ctrl-C stops everything.
`);
}
