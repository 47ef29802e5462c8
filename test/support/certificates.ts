/** A self-signed certificate in PEM, valid for a hundred years. Nobody has its key. */
export const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBjzCCATWgAwIBAgIUf44hQRBwMDyeaTL2UauiR+RBLxIwCgYIKoZIzj0EAwIw',
  'HDEaMBgGA1UEAwwRRXhhbXBsZSBpc3N1ZXIgQ0EwIBcNMjYxMTI5MTY0NjA3WhgP',
  'MjEyNjExMDUxNjQ2MDdaMBwxGjAYBgNVBAMMEUV4YW1wbGUgaXNzdWVyIENBMFkw',
  'EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqwgZdLgmQPmVfo6JEhc+wPC7zWd3Luz7',
  'hwf+Qj6UN1Gz1OOaXR62lt5b8U+/VnXj2DUmA2Dnkyo86Jung1TyrKNTMFEwHQYD',
  'VR0OBBYEFNUz6oO5aCnSojPzjko+FblxfgpUMB8GA1UdIwQYMBaAFNUz6oO5aCnS',
  'ojPzjko+FblxfgpUMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIg',
  'P4woqBbryKk+P+FMTQTYppgNl53jqV70qD2Ggw9JiWsCIQCDU2UUPPqQOLHLHoNb',
  'cvEoqZZ1e4xLbAzKch44pq+rDw==',
  '-----END CERTIFICATE-----',
  '',
].join('\n');
