import { doctorSuite } from '../doctor/doctor-suite.ts';

doctorSuite();
