package main

import (
	"crypto/x509"
	"errors"

	"github.com/privacybydesign/irmago/common/clientmodels"
	"github.com/privacybydesign/irmago/eudi/credentials/sdjwtvc"
	"github.com/privacybydesign/irmago/eudi/credentials/statuslist"
	eudi_jwt "github.com/privacybydesign/irmago/eudi/jwt"
	"github.com/privacybydesign/irmago/eudi/openid4vp/dcql"
	"github.com/privacybydesign/irmago/eudi/sdjwt"
)

// trustedBy accepts certificates of one authority.
func trustedBy(pem string) (*eudi_jwt.StaticVerificationContext, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(pem)) {
		return nil, errors.New("the trust anchor is not a certificate in PEM")
	}
	usages := []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	return &eudi_jwt.StaticVerificationContext{VerifyOpts: x509.VerifyOptions{Roots: roots, KeyUsages: usages}}, nil
}

// check verifies a credential as the wallet does before it stores one: signature, chain, times, disclosures and status.
func check(credential string, trusted eudi_jwt.X509VerificationContext) string {
	processor := sdjwtvc.NewHolderVerificationProcessor(sdjwtvc.SdJwtVcVerificationContext{
		X509VerificationContext: trusted,
		Clock:                   eudi_jwt.NewSystemClock(),
		JwtVerifier:             sdjwt.NewJwxJwtVerifier(),
		StatusChecker:           statuslist.NewChecker(statuslist.VerificationContext{X509Context: trusted}, nil),
	})
	if _, err := processor.ParseAndVerifySdJwtVc(sdjwtvc.SdJwtVcKb(credential)); err != nil {
		return err.Error()
	}
	return "accepted"
}

// credentialStore has one SD-JWT VC, which it offers for every query of its format.
type credentialStore struct {
	credential sdjwt.SdJwt
	binder     sdjwt.KeyBinder
	queryID    string
	paths      [][]any
}

var _ dcql.DcqlCredentialQueryHandler = (*credentialStore)(nil)

func (s *credentialStore) CanHandleCredentialQuery(query dcql.CredentialQuery) bool {
	return query.Format == string(clientmodels.Format_SdJwtVc)
}

func (s *credentialStore) FindCandidates(query dcql.CredentialQuery) (*dcql.CredentialQueryResult, error) {
	s.queryID = query.Id
	s.paths = nil
	for _, claim := range query.Claims {
		s.paths = append(s.paths, claim.Path)
	}
	owned := &clientmodels.SelectableCredentialInstance{Hash: "credential", Format: clientmodels.Format_SdJwtVc}
	return &dcql.CredentialQueryResult{OwnedCandidates: []*clientmodels.SelectableCredentialInstance{owned}}, nil
}

// selections discloses what was queried.
func (s *credentialStore) selections() []dcql.DisclosureSelection {
	return []dcql.DisclosureSelection{{QueryId: s.queryID, CredentialHash: "credential", ClaimPaths: s.paths}}
}

func (s *credentialStore) PrepareDisclosure(
	selections []dcql.DisclosureSelection,
	nonce string,
	audience string,
) (*dcql.PreparedDisclosure, error) {
	prepared := &dcql.PreparedDisclosure{}
	for _, selection := range selections {
		disclosed, err := sdjwt.CreatePresentation(s.credential, selection.ClaimPaths)
		if err != nil {
			return nil, err
		}
		binding, err := sdjwt.CreateKbJwt(disclosed, s.binder, nonce, audience)
		if err != nil {
			return nil, err
		}
		bound := string(sdjwt.AddKeyBindingJwt(disclosed, binding))
		response := dcql.QueryResponse{QueryId: selection.QueryId, Credentials: []string{bound}}
		prepared.QueryResponses = append(prepared.QueryResponses, response)
	}
	return prepared, nil
}
