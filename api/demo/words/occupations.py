"""Occupations: titles by seniority, skills, degrees, certificates, where practised, what they pay."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation.

    `titles` are ordered from the most junior to the most senior; `degrees` are (degree, subject) of a first
    and `masters` of a second degree; `industries` are those of the companies, common ones several times;
    `salary` is what the second title earns a year in US dollars; `weight` is its share of the people.
    """

    name: str
    field: str
    titles: tuple[str, ...]
    skills: tuple[str, ...]
    degrees: tuple[tuple[str, str], ...]
    masters: tuple[tuple[str, str], ...]
    certificates: tuple[str, ...]
    industries: tuple[str, ...]
    salary: int
    weight: int


_LISTED = """\
name: Backend Engineer
field: software
titles: Junior Software Engineer, Software Engineer, Senior Software Engineer, Lead Software Engineer, \
Engineering Manager
skills: Python, Java, Go, PostgreSQL, Redis, Docker, Kubernetes, GraphQL, REST APIs, Microservices, Apache \
Kafka, Git, Linux, Spring Boot, Django, Unit Testing, Neo4j, Elasticsearch, System Design
degrees: BSc in Computer Science, BEng in Software Engineering, BSc in Mathematics
masters: MSc in Computer Science, MSc in Distributed Systems
certificates: AWS Certified Developer, Oracle Certified Professional Java SE
industries: technology 3, finance 1, retail 1, logistics 1, design and media 1, professional services 1
salary: 105000
weight: 10

name: Frontend Developer
field: software
titles: Junior Frontend Developer, Frontend Developer, Senior Frontend Developer, Lead Frontend Developer, \
Head of Frontend
skills: JavaScript, TypeScript, React, Vue.js, HTML, CSS, Node.js, Webpack, GraphQL, Accessibility, \
Responsive Design, Git, Jest, Next.js, Storybook, Web Performance
degrees: BSc in Computer Science, BA in Interactive Media, BSc in Web Technologies
masters: MSc in Human-Computer Interaction
certificates: Certified Professional in Web Accessibility
industries: technology 3, finance 1, retail 1, logistics 1, design and media 2, professional services 1
salary: 95000
weight: 6

name: Platform Engineer
field: software
titles: Junior Systems Administrator, DevOps Engineer, Senior DevOps Engineer, Lead Platform Engineer, \
Head of Infrastructure
skills: Linux, Kubernetes, Docker, Terraform, Ansible, Amazon Web Services, Microsoft Azure, Google Cloud \
Platform, CI/CD, Prometheus, Grafana, Bash, Python, Networking, Git, Incident Management, Site Reliability \
Engineering
degrees: BSc in Information Technology, BSc in Computer Science, BEng in Network Engineering
masters: MSc in Cloud Computing
certificates: Certified Kubernetes Administrator, AWS Certified Solutions Architect, Red Hat Certified \
Engineer
industries: technology 3, finance 1, retail 1, logistics 1, design and media 1, professional services 1
salary: 110000
weight: 4

name: Mobile Developer
field: software
titles: Junior Mobile Developer, Mobile Developer, Senior Mobile Developer, Lead Mobile Developer, Head of \
Mobile Engineering
skills: Swift, Kotlin, iOS, Android, Flutter, Dart, React Native, REST APIs, SQLite, Git, Mobile Testing, \
Firebase, Accessibility, CI/CD
degrees: BSc in Computer Science, BEng in Software Engineering
masters: MSc in Mobile Computing
certificates: Associate Android Developer
industries: technology 2, retail 1, finance 1, design and media 1
salary: 102000
weight: 3

name: Data Analyst
field: data
titles: Junior Data Analyst, Data Analyst, Senior Data Analyst, Lead Data Analyst, Head of Analytics
skills: SQL, Microsoft Excel, Tableau, Power BI, Python, R, Statistics, Data Visualization, Data Modeling, \
A/B Testing, Google Analytics, Reporting, Data Quality, dbt
degrees: BSc in Statistics, BSc in Economics, BSc in Mathematics
masters: MSc in Business Analytics, MSc in Statistics
certificates: Microsoft Certified: Power BI Data Analyst Associate
industries: technology 3, finance 1, retail 1, logistics 1, design and media 1, professional services 1, \
healthcare 1, hospitality 1
salary: 78000
weight: 5

name: Data Engineer
field: data
titles: Junior Data Engineer, Data Engineer, Senior Data Engineer, Lead Data Engineer, Head of Data \
Engineering
skills: Python, SQL, Apache Spark, Apache Airflow, Apache Kafka, dbt, Snowflake, ETL, Scala, Data \
Warehousing, Data Modeling, PostgreSQL, Amazon Web Services, Docker, Git, Databricks
degrees: BSc in Computer Science, BEng in Information Systems
masters: MSc in Data Engineering, MSc in Computer Science
certificates: Google Professional Data Engineer, Databricks Certified Data Engineer
industries: technology 3, finance 1, retail 1, logistics 1, design and media 1, professional services 1
salary: 112000
weight: 4

name: Data Scientist
field: data
titles: Junior Data Scientist, Data Scientist, Senior Data Scientist, Lead Data Scientist, Head of Data \
Science
skills: Python, Machine Learning, Statistics, SQL, scikit-learn, PyTorch, TensorFlow, pandas, Natural \
Language Processing, Deep Learning, Experiment Design, R, Data Visualization, Forecasting, Feature \
Engineering, Git
degrees: BSc in Mathematics, BSc in Physics, BSc in Statistics
masters: MSc in Data Science, PhD in Statistics, MSc in Artificial Intelligence
certificates: TensorFlow Developer Certificate
industries: technology 3, finance 1, retail 1, logistics 1, design and media 1, professional services 1, \
healthcare 1
salary: 115000
weight: 4

name: Accountant
field: finance
titles: Accounts Assistant, Accountant, Senior Accountant, Finance Manager, Finance Director
skills: Bookkeeping, Financial Reporting, Accounts Payable, Accounts Receivable, Reconciliation, VAT, \
Microsoft Excel, SAP, IFRS, Month-End Close, Auditing, Budgeting, QuickBooks, Tax
degrees: BSc in Accounting, BA in Business Administration, BSc in Accounting and Finance
masters: MSc in Accounting, MBA in Finance
certificates: ACCA, CPA, CIMA
industries: finance 4, technology 1, healthcare 1, construction 1, hospitality 1, education 1, retail 1, \
design and media 1, legal services 1, logistics 1, professional services 1
salary: 68000
weight: 6

name: Financial Analyst
field: finance
titles: Junior Financial Analyst, Financial Analyst, Senior Financial Analyst, Financial Planning Manager, \
Head of Financial Planning
skills: Financial Modeling, Forecasting, Budgeting, Microsoft Excel, Valuation, Risk Management, Power BI, \
SQL, Variance Analysis, Financial Reporting, Credit Analysis, Investment Analysis
degrees: BSc in Finance, BSc in Economics
masters: MSc in Finance, MBA in Finance
certificates: CFA Level II, Financial Risk Manager
industries: finance 3, technology 1, retail 1, professional services 1
salary: 76000
weight: 4

name: Recruiter
field: hr
titles: Recruitment Coordinator, Recruiter, Senior Recruiter, Talent Acquisition Manager, Head of Talent
skills: Recruiting, Sourcing, Interviewing, Applicant Tracking Systems, Employer Branding, Onboarding, \
Boolean Search, Candidate Experience, Stakeholder Management, Negotiation, Job Advertising, Workforce \
Planning
degrees: BA in Human Resource Management, BA in Psychology, BA in Communication Studies
masters: MSc in Organisational Psychology
certificates: CIPD Level 5, SHRM-CP
industries: professional services 4, technology 1, finance 1, healthcare 1, construction 1, hospitality 1, \
education 1, retail 1, design and media 1, legal services 1, logistics 1
salary: 62000
weight: 4

name: Payroll and HR Officer
field: hr
titles: HR Assistant, HR Officer, HR Business Partner, HR Manager, HR Director
skills: Payroll, Employee Relations, Onboarding, HR Policies, Employment Law, Performance Management, \
Workday, Compensation and Benefits, Microsoft Excel, Training Delivery, Absence Management, Conflict \
Resolution, Time and Attendance
degrees: BA in Human Resource Management, BA in Business Administration
masters: MA in Human Resource Management, MBA in People Management
certificates: CIPD Level 5, CIPD Level 7, SHRM-CP
industries: technology 1, finance 1, healthcare 1, construction 1, hospitality 1, education 1, retail 1, \
design and media 1, legal services 1, logistics 1, professional services 1
salary: 64000
weight: 4

name: Registered Nurse
field: nursing
titles: Student Nurse, Registered Nurse, Senior Staff Nurse, Charge Nurse, Director of Nursing
skills: Patient Care, Medication Administration, Vital Signs Monitoring, Wound Care, Triage, Charting, \
Infection Control, Intensive Care, Emergency Care, Patient Education, Electronic Health Records, Basic \
Life Support, Care Planning, Pediatric Care
degrees: BSc in Nursing, Diploma in Nursing
masters: MSc in Advanced Nursing Practice, MSc in Public Health
certificates: Advanced Cardiovascular Life Support, Basic Life Support, Registered Nurse Licence
industries: healthcare 1
salary: 72000
weight: 8

name: Care Assistant
field: nursing
titles: Trainee Care Assistant, Care Assistant, Senior Care Assistant, Care Team Leader, Care Home Manager
skills: Personal Care, Patient Care, Elderly Care, Dementia Care, Manual Handling, Safeguarding, First \
Aid, Record Keeping, Meal Preparation, Medication Administration, Companionship
degrees: Diploma in Health and Social Care, Certificate in Adult Care
masters: BA in Social Work
certificates: First Aid at Work, Care Certificate
industries: healthcare 1
salary: 38000
weight: 4

name: Construction Manager
field: construction
titles: Assistant Site Manager, Site Engineer, Site Manager, Construction Project Manager, Construction \
Director
skills: Construction Management, AutoCAD, Site Supervision, Health and Safety, Quantity Surveying, Cost \
Control, Contract Management, Building Codes, Scheduling, Primavera P6, Surveying, Subcontractor \
Management, Building Information Modeling
degrees: BEng in Civil Engineering, BSc in Construction Management
masters: MSc in Structural Engineering, MSc in Project Management
certificates: SMSTS, PMP, NEBOSH General Certificate
industries: construction 1
salary: 82000
weight: 5

name: Electrician
field: construction
titles: Apprentice Electrician, Electrician, Senior Electrician, Electrical Supervisor, Electrical \
Contracts Manager
skills: Electrical Installation, Wiring, Fault Finding, Inspection and Testing, Health and Safety, \
Blueprint Reading, Preventive Maintenance, Lighting Systems, Fire Alarm Systems, Solar Power, Electrical \
Safety
degrees: Diploma in Electrical Installation, Apprenticeship in Electrical Engineering
masters: BEng in Electrical Engineering
certificates: ECS Gold Card, First Aid at Work
industries: construction 3, professional services 1
salary: 58000
weight: 4

name: Chef
field: hospitality
titles: Commis Chef, Chef de Partie, Sous Chef, Head Chef, Executive Chef
skills: Cooking, Menu Planning, Food Safety, Pastry, Kitchen Management, Stock Control, HACCP, Food \
Presentation, Food Costing, Butchery, Baking, Catering, Allergen Awareness
degrees: Diploma in Culinary Arts, Certificate in Professional Cookery
masters: BA in Culinary Management
certificates: Food Safety Level 3, HACCP Level 2
industries: hospitality 1
salary: 46000
weight: 5

name: Hotel Manager
field: hospitality
titles: Receptionist, Front Desk Supervisor, Front Office Manager, Assistant Hotel Manager, Hotel General \
Manager
skills: Guest Relations, Front Office, Reservations, Opera PMS, Upselling, Customer Service, Event \
Planning, Revenue Management, Housekeeping Management, Complaint Handling, Cash Handling
degrees: BA in Hospitality Management, Diploma in Tourism
masters: MSc in International Hospitality Management
certificates: Certified Hospitality Supervisor
industries: hospitality 1
salary: 48000
weight: 4

name: Teacher
field: teaching
titles: Teaching Assistant, Teacher, Senior Teacher, Head of Year, Deputy Head Teacher
skills: Teaching, Lesson Planning, Classroom Management, Curriculum Development, Special Needs Education, \
Student Assessment, Safeguarding, Literacy, Numeracy, Parent Communication, Phonics, Tutoring
degrees: BEd in Primary Education, BA in English Literature, BSc in Mathematics
masters: MEd in Education, MA in Educational Leadership
certificates: Qualified Teacher Status, Paediatric First Aid
industries: education 1
salary: 54000
weight: 7

name: Training Specialist
field: teaching
titles: Training Coordinator, Instructional Designer, Senior Instructional Designer, Learning and \
Development Manager, Head of Learning
skills: Instructional Design, E-Learning, Training Delivery, Curriculum Development, Coaching, Moodle, \
Facilitation, Needs Analysis, Articulate Storyline, Student Assessment, Workshop Design
degrees: BA in Education Studies, BA in Communication Studies
masters: MA in Learning Technology
certificates: Certified Professional in Talent Development
industries: education 2, professional services 1, technology 1, retail 1
salary: 62000
weight: 3

name: Account Executive
field: sales
titles: Sales Development Representative, Account Executive, Senior Account Executive, Sales Manager, \
Sales Director
skills: B2B Sales, Salesforce, Negotiation, Lead Generation, Cold Calling, Account Management, CRM, \
Pipeline Management, Contract Negotiation, Presentation Skills, Sales Forecasting, HubSpot
degrees: BA in Business Administration, BA in Marketing, BA in Communication Studies
masters: MBA in Sales and Marketing
certificates: Salesforce Certified Administrator
industries: technology 2, finance 1, design and media 1, logistics 1, professional services 1, retail 1
salary: 70000
weight: 7

name: Store Manager
field: sales
titles: Sales Assistant, Shift Supervisor, Assistant Store Manager, Store Manager, Regional Retail Manager
skills: Retail Sales, Merchandising, Customer Service, Stock Control, Cash Handling, Team Leadership, Loss \
Prevention, Staff Scheduling, Point of Sale Systems, Upselling, Inventory Management
degrees: Diploma in Retail Management, BA in Business Administration
masters: MBA in Retail Management
certificates: First Aid at Work
industries: retail 1
salary: 42000
weight: 6

name: Product Designer
field: design
titles: Junior UX Designer, UX Designer, Senior Product Designer, Lead Product Designer, Head of Design
skills: Figma, User Research, Wireframing, Prototyping, Interaction Design, Usability Testing, Design \
Systems, Accessibility, Information Architecture, Adobe Creative Suite, Visual Design
degrees: BA in Interaction Design, BDes in Industrial Design, BA in Psychology
masters: MA in Human-Centred Design
certificates: Certified Usability Analyst
industries: technology 2, design and media 2, retail 1, finance 1
salary: 88000
weight: 4

name: Graphic Designer
field: design
titles: Junior Graphic Designer, Graphic Designer, Senior Graphic Designer, Art Director, Creative \
Director
skills: Graphic Design, Adobe Photoshop, Adobe Illustrator, Adobe InDesign, Typography, Branding, Layout \
Design, Illustration, Print Production, Motion Graphics, Packaging Design
degrees: BA in Graphic Design, BA in Visual Communication
masters: MA in Visual Communication
certificates: Adobe Certified Professional
industries: design and media 3, retail 1, hospitality 1
salary: 58000
weight: 3

name: Lawyer
field: law
titles: Trainee Solicitor, Associate Lawyer, Senior Associate, Legal Counsel, General Counsel
skills: Contract Law, Legal Research, Legal Drafting, Litigation, Negotiation, Corporate Law, GDPR, Due \
Diligence, Compliance, Employment Law, Intellectual Property, Dispute Resolution
degrees: LLB in Law
masters: LLM in Commercial Law, LLM in International Law
certificates: Certified Information Privacy Professional
industries: legal services 4, finance 1, professional services 1
salary: 98000
weight: 4

name: Paralegal
field: law
titles: Legal Assistant, Paralegal, Senior Paralegal, Legal Operations Manager, Head of Legal Operations
skills: Legal Research, Case Management, Document Review, Legal Drafting, Court Filing, Compliance, \
Conveyancing, Due Diligence, Microsoft Word, Client Communication, Record Keeping
degrees: LLB in Law, Diploma in Paralegal Studies
masters: LLM in Legal Practice
certificates: Certified Paralegal
industries: legal services 3, professional services 1, finance 1
salary: 52000
weight: 2

name: Warehouse Manager
field: logistics
titles: Warehouse Operative, Warehouse Team Leader, Shift Manager, Warehouse Manager, Distribution Manager
skills: Warehouse Management, Forklift Operation, Inventory Management, Order Picking, Team Leadership, \
Health and Safety, Stock Control, Shipping and Receiving, Lean, SAP, Dispatch
degrees: Diploma in Logistics, Certificate in Warehousing and Storage
masters: BSc in Logistics Management
certificates: Forklift Licence, IOSH Managing Safely
industries: logistics 3, retail 1
salary: 44000
weight: 5

name: Supply Chain Planner
field: logistics
titles: Supply Chain Assistant, Supply Chain Planner, Senior Supply Chain Planner, Supply Chain Manager, \
Supply Chain Director
skills: Supply Chain Management, Demand Planning, Procurement, SAP, Freight Forwarding, Forecasting, \
Microsoft Excel, Vendor Management, Import and Export, Customs Compliance, Route Planning, Six Sigma
degrees: BSc in Logistics Management, BA in International Business
masters: MSc in Supply Chain Management
certificates: APICS CSCP, Six Sigma Green Belt
industries: logistics 2, retail 2, construction 1, healthcare 1
salary: 68000
weight: 4
"""


def _occupation(paragraph: str) -> Occupation:
    values = dict(line.split(": ", 1) for line in paragraph.splitlines())
    listed = {label: tuple(values[label].split(", ")) for label in ("titles", "skills", "certificates")}
    return Occupation(
        name=values["name"],
        field=values["field"],
        **listed,
        degrees=_degrees(values["degrees"]),
        masters=_degrees(values["masters"]),
        industries=_industries(values["industries"]),
        salary=int(values["salary"]),
        weight=int(values["weight"]),
    )


def _degrees(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (entry.partition(" in ") for entry in text.split(", "))
    return tuple((degree, subject) for degree, _, subject in pairs)


def _industries(text: str) -> tuple[str, ...]:
    pairs = (entry.rpartition(" ") for entry in text.split(", "))
    return tuple(industry for industry, _, times in pairs for _ in range(int(times)))


OCCUPATIONS: tuple[Occupation, ...] = tuple(map(_occupation, _LISTED.strip().split("\n\n")))
"""Every occupation of the demo."""

OCCUPATIONS_BY_FIELD: dict[str, tuple[Occupation, ...]] = {
    field: tuple(occupation for occupation in OCCUPATIONS if occupation.field == field)
    for field in dict.fromkeys(occupation.field for occupation in OCCUPATIONS)
}

GENERAL_SKILLS: tuple[str, ...] = (
    "Project Management",
    "Stakeholder Management",
    "Team Leadership",
    "Communication",
    "Problem Solving",
    "Time Management",
    "Mentoring",
    "Process Improvement",
    "Microsoft Office",
    "Agile Methods",
    "Public Speaking",
    "Change Management",
)
"""Skills that people of every occupation name."""
