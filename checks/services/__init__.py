"""Probes that speak to running services: `python -P -m readiness.probes NAME --option value …`.

Check files call them; no tool is needed but Python. Each probe is a module here with a function
`measure(options)`; the fields of the struct that it takes are the probe's options, which the check
of the same name explains. The mapping that it returns is printed as one JSON object with exit
status 0, whatever was found. What could not be measured is one line on standard error that names
the address, with nothing on standard output and exit status 3; a wrong command line ends with 2. A
module that needs a library of the extra `services` names it as `LIBRARY`.

The engine knows nothing of this package, and this package nothing of the engine.
"""
