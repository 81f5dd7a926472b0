// Command irmago-wallet is a wallet around the OpenID4VP client of irmago, the core of the Yivi app.
//
// Every message is one line of JSON. It writes its public key, reads a presentation, and writes the outcome:
//
//	> {"jwk":{"kty":"EC","crv":"P-256","x":"…","y":"…"}}
//	< {"link":"openid4vp://?…","credential":"<SD-JWT>","trustAnchor":"<PEM>"}
//	> {"outcome":"shared","credential":"accepted","detail":""}
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lestrrat-go/jwx/v3/jwk"
	"github.com/privacybydesign/irmago/common/clientmodels"
	"github.com/privacybydesign/irmago/eudi"
	"github.com/privacybydesign/irmago/eudi/openid4vp"
	"github.com/privacybydesign/irmago/eudi/openid4vp/dcql"
	"github.com/privacybydesign/irmago/eudi/sdjwt"
	"github.com/sirupsen/logrus"
)

// presentation is what the wallet is to do.
type presentation struct {
	Link       string `json:"link"`
	Credential string `json:"credential"`
	// TrustAnchor of the issuer's and the verifier's certificates, in PEM.
	TrustAnchor string `json:"trustAnchor"`
	// Nonce replaces the nonce of the request in the key binding, as if it were for another request.
	Nonce string `json:"nonce"`
}

type outcome struct {
	// Outcome is "shared" or "failed".
	Outcome string `json:"outcome"`
	// Credential is "accepted", or why the wallet would not store it.
	Credential string `json:"credential"`
	// Detail of a failure.
	Detail string `json:"detail"`
}

func main() {
	eudi.Logger = logrus.New()
	eudi.Logger.SetOutput(os.Stderr)
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	binder := &keyBinder{KeyBinder: sdjwt.NewDefaultKeyBinderWithInMemoryStorage()}
	keys, err := binder.CreateKeyPairs(1)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	if err := encoder.Encode(map[string]jwk.Key{"jwk": keys[0]}); err != nil {
		return err
	}

	line, err := bufio.NewReader(in).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	var wanted presentation
	if err := json.Unmarshal(line, &wanted); err != nil {
		return fmt.Errorf("the presentation is not JSON: %w", err)
	}
	result, err := present(wanted, binder)
	if err != nil {
		return err
	}
	return encoder.Encode(result)
}

func present(wanted presentation, binder *keyBinder) (outcome, error) {
	trusted, err := trustedBy(wanted.TrustAnchor)
	if err != nil {
		return outcome{}, err
	}
	validator := openid4vp.NewCompositeVerifierValidator(
		openid4vp.NewRequestorCertificateStoreVerifierValidator(trusted, &openid4vp.DefaultQueryValidatorFactory{}),
		openid4vp.NewDidVerifierValidator(true),
	)
	binder.nonce = wanted.Nonce
	store := &credentialStore{credential: sdjwt.SdJwt(wanted.Credential), binder: binder}
	client, err := openid4vp.NewClient(
		nil,
		[]dcql.DcqlCredentialQueryHandler{store},
		validator,
		clientmodels.NewCurrentLocale("nl"),
	)
	if err != nil {
		return outcome{}, err
	}

	person := &person{store: store, outcomes: make(chan outcome, 1)}
	client.NewSession(wanted.Link, person)
	result := <-person.outcomes
	result.Credential = check(wanted.Credential, trusted)
	return result, nil
}

// keyBinder signs key bindings, for another nonce if one is set.
type keyBinder struct {
	sdjwt.KeyBinder
	nonce string
}

func (b *keyBinder) CreateKeyBindingJwt(hash string, key jwk.Key, nonce string, audience string) (sdjwt.KeyBindingJwt, error) {
	if b.nonce != "" {
		nonce = b.nonce
	}
	return b.KeyBinder.CreateKeyBindingJwt(hash, key, nonce, audience)
}

// person agrees at once, and receives the outcome of the session.
type person struct {
	store    *credentialStore
	outcomes chan outcome
}

var _ openid4vp.Handler = (*person)(nil)

func (p *person) RequestVerificationPermission(
	_ *clientmodels.DisclosurePlan,
	_ *clientmodels.TrustedParty,
	_ map[string]string,
	decide openid4vp.PermissionHandler,
) {
	decide(true, p.store.selections())
}

func (p *person) Success(string, []clientmodels.LogCredential) {
	p.outcomes <- outcome{Outcome: "shared"}
}

func (p *person) Cancelled() {
	p.outcomes <- outcome{Outcome: "failed", Detail: "cancelled"}
}

func (p *person) Failure(err *clientmodels.SessionError) {
	p.outcomes <- outcome{Outcome: "failed", Detail: err.WrappedError}
}

func (p *person) DeliverDcApiResponse(string) {}
