import { doctorSuite } from '../doctor/doctor-suite.ts';

// The real services that the runner of this suite has started.
doctorSuite(process.env['OPENSTACK_CLOUDS_FILE'] ?? 'clouds.yaml');
